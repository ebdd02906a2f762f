// Programs that tell time, drawn at random, against the naive explorer. NORN_PROGRAMS and NORN_SEED as everywhere
// (tests/reference/compare.hpp).
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "../../reference/compare.hpp"

namespace norn {

// `run` leaves what each thread has seen in its second argument. Returns the sums, for the caller to judge.
template <class Program>
reference::tally hold_against_naive(
    std::uint64_t seed, std::uint64_t by_default,
    const std::function<Program(std::mt19937_64&)>& draw,
    const std::function<void(const Program&, std::vector<std::string>&)>& run,
    const std::function<std::string(const Program&)>& text_of, bool skip_seen_prefixes) {
  std::mt19937_64 random(seed + 1000 * reference::from_environment("NORN_SEED", 0));
  reference::tally total;
  const std::uint64_t programs = reference::from_environment("NORN_PROGRAMS", by_default);
  for (std::uint64_t n = 0; n < programs; ++n) {
    const Program drawn = draw(random);
    std::vector<std::string> seen;
    const auto text = [&] {
      std::string all;
      for (const std::string& each : seen) all += each + "| ";
      return all;
    };
    const std::string differs =
        reference::compare({[&] { run(drawn, seen); }, text}, total, skip_seen_prefixes);
    EXPECT_EQ(differs, "") << "program " << n << ", " << text_of(drawn);
    if (!differs.empty()) break;
  }
  std::cout << total.compared << " programs, " << total.executions << " executions, "
            << total.probes << " probes, " << total.skipped
            << " programs over the reference's limit\n";
  EXPECT_GE(total.compared, total.skipped);
  return total;
}

}  // namespace norn
