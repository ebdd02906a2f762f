// How often a search tells how far it is.
#include <norn/scheduler/explore/explorer.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <norn/model/memory/choose.hpp>

namespace norn {
namespace {

// Counts calls of `progress` in a search of so many executions that take that long.
std::size_t reports_of(std::uint32_t executions, std::chrono::milliseconds each) {
  std::size_t reports = 0;
  explore_options options;
  options.name = "progress_test";
  options.progress = [&](const statistics&) { ++reports; };
  const search_result found = explore(
      [&] {
        choose(executions);
        std::this_thread::sleep_for(each);
      },
      options);
  EXPECT_EQ(found.stats.executions, executions);
  return reports;
}

// The first execution is told of; then one in about 100 ms, which is five executions of 20 ms. A busy
// machine makes executions longer, and reports of them no fewer.
TEST(Progress, IsToldOfSlowExecutionsOneByOne) {
  const std::size_t reports = reports_of(20, std::chrono::milliseconds(20));
  EXPECT_GE(reports, 4u);
  EXPECT_LE(reports, 20u);
}

TEST(Progress, IsNotToldMoreOftenThanAPersonCanRead) {
  const auto began = std::chrono::steady_clock::now();
  const std::size_t reports = reports_of(5'000, std::chrono::milliseconds(0));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_LE(static_cast<double>(reports), 1 + took.count() / 0.1);
}

// A budget of time ends a search of slow executions in time.
TEST(Progress, AndTheClockIsLookedAtAsOften) {
  explore_options options;
  options.name = "progress_test";
  options.limits.time_seconds = 0.05;
  const search_result found = explore(
      [] {
        choose(1'000);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      },
      options);
  EXPECT_EQ(found.bound_hit, bound_kind::time);
  EXPECT_LE(found.stats.executions, 4u);
}

}  // namespace
}  // namespace norn
