// Drawn: a test on random programs. They are the same in each run of the tests; NORN_SEED=N draws others,
// NORN_PROGRAMS=N sets how many each test draws, NORN_PROGRAMS=10x draws ten times as many, NORN_PROGRAMS=/20 a
// twentieth.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "../reference/compare.hpp"

namespace norn::reference {

// `check` draws a program and fails where something is wrong.
inline void check_drawn(const std::string& name, int count, const std::function<void()>& check) {
  rc::detail::TestParams params;
  params.seed = from_environment("NORN_SEED", 20'050'112);
  params.maxSuccess =
      static_cast<int>(from_environment("NORN_PROGRAMS", static_cast<std::uint64_t>(count)));
  const auto result =
      rc::detail::checkTestable([&] { check(); }, rc::detail::TestMetadata{name, name}, params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << name << '\n' << text.str();
}

}  // namespace norn::reference
