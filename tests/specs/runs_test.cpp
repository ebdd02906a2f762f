// The checks of the run directories: the executions that the fixes come to, and the damage that each wrong variant does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

#include <norn/specs/runs/ids.hpp>

#include "searches.hpp"

namespace norn::runs {
namespace {

using specs_test::damage;
using specs_test::result_of;
using specs_test::search_named;

void expect_executions(const std::string& variant,
                       const std::map<std::string, std::uint64_t>& expected) {
  for (const auto& [deployed, executions] : expected) {
    const search_result result = result_of(search_named("runs/" + variant + "@" + deployed));
    EXPECT_EQ(result.stats.executions, executions) << deployed;
    EXPECT_EQ(result.stats.blocked, 0u) << deployed;
    EXPECT_TRUE(result.complete) << deployed;
  }
}

TEST(Runs, ExecutionsOfTheFix) {
  expect_executions(
      "fixed",
      {
          {"1thread", 1},
          {"999-1thread", 1},
          // Creates under one lock: the orders in which n threads take it, n!.
          {"2thread", 2},
          {"999-2thread", 2},
          {"3thread", 6},
          {"999-3thread", 6},
          {"2proc", 2},
          {"2proc-2thread", 24},
          // The reader looks before the directory is made, and finds nothing; or opens the manifest before
          // it is renamed, or after. After it the snapshot is there already.
          {"1thread-reader", 3},
          // Two orders of the lock. In each the reader finds no run: 1; or the first: 2, as above; or
          // both: 2, because the first has its manifest by then.
          {"2thread-reader", 2 * (1 + 2 + 2)},
      });
}

TEST(Runs, ExecutionsWithoutALock) {
  expect_executions(
      "exclusive_mkdir",
      {
          {"1thread", 1},
          // Either thread makes the first directory. The other has scanned before that, fails and scans
          // again, or scans after it.
          {"2thread", 2 * 2},
          {"2proc", 2 * 2},
          {"999-2thread", 2 * 2},
          // In each of these the reader finds no run: 1; or the first, whose manifest is there or not: 2;
          // or both, each with its manifest or without: 4.
          {"2thread-reader", 4 * (1 + 2 + 4)},
          // Orders of the directories, 3!. The second to succeed scanned before the first directory or
          // after it: 2. The third scanned first when there were two, or one (it fails once), or none; then
          // it fails, and scans again when there is one (and fails again) or two: 4.
          {"3thread", 6 * 2 * 4},
      });
}

// Two steps of the clock, back (b) and forward (f), come among n readings of it in their order, before the
// faults cease: (n + 2)! / n! orders. Or one comes so late that it does not strike: 2 (n + 1). Or both: 1.
constexpr std::uint64_t with_two_steps(std::uint64_t n) {
  return (n + 1) * (n + 2) + 2 * (n + 1) + 1;
}

TEST(Runs, ExecutionsAroundMidnight) {
  expect_executions("dated", {
                                 {"2thread", 2},
                                 {"2thread-midnights", 2 * with_two_steps(2)},
                                 {"3thread-midnights", 6 * with_two_steps(3)},
                             });
}

const std::string same_id = "created: run_001, run_001";

// Whose manifest the last writer overwrote.
const std::string not_his_own =
    R"(writer/1 was given run_001, whose manifest is "{"part":"gear","run":"run_001"}" )"
    R"(and not "{"part":"shaft","run":"run_001"}")";
// The document about the gear over the longer one about the shaft.
const std::string spliced =
    R"(run_001 has a manifest, and its snapshot is torn: "{"part":"gear","run":"run_001"}}")";
const std::string other_1000 =
    R"(writer/0 was given run_1000, whose manifest is "{"part":"shaft","run":"run_1000"}" )"
    R"(and not "{"part":"gear","run":"run_1000"}")";

const damage damages[] = {
    {"runs/buggy@2thread", "ids_injective", same_id, 0},
    {"runs/buggy@2thread", "manifest_intact", not_his_own, 0},
    {"runs/buggy@2thread", "manifest_implies_snapshot", spliced, 0},
    {"runs/buggy@2thread-reader", "manifest_implies_snapshot",
     R"(run_001 has a manifest, and its snapshot is torn: "")", 0},
    {"runs/fixed_tmp_no_lock@2thread", "ids_injective", same_id, 0},
    {"runs/fixed_tmp_no_lock@2thread", "manifest_intact", not_his_own, 0},
    {"runs/fixed_tmp_no_lock@2thread", "manifest_implies_snapshot", spliced, 0},
    // The lock has one holder at a time, and is given up too early.
    {"runs/lock_only_id@2thread", "ids_injective", same_id, 1},
    {"runs/lock_only_id@2thread", "manifest_intact", not_his_own, 1},
    {"runs/lock_only_id@2thread", "manifest_implies_snapshot", spliced, 1},
    {"runs/lock_only_id@2thread-reader", "manifest_implies_snapshot",
     R"(run_001 has a manifest, and its snapshot is torn: "")", 1},
    // The lock is held throughout.
    {"runs/three_digits@999-1thread", "ids_injective", "created: run_1000, run_1000", 1},
    {"runs/three_digits@999-1thread", "manifest_intact", other_1000, 1},
    {"runs/three_digits@999-2thread", "manifest_intact", other_1000, 1},
    // A number of one day under the name of another.
    {"runs/day_read_twice@2thread-midnights", "ids_injective",
     "created: run_19700102_001, run_19700102_001", 1},
    {"runs/manifest_first@1thread-reader", "manifest_implies_snapshot",
     "run_001 has a manifest, and no snapshot", 1},
};

TEST(Runs, DamageOfWrongFixes) {
  for (const damage& each : damages) specs_test::expect_damage(each);
}

// The two patterns differ from 1000 on, and both want the whole name.
TEST(Runs, Patterns) {
  constexpr std::size_t any = 9;
  EXPECT_EQ(number_of("run_007", "run_", any), 7);
  EXPECT_EQ(number_of("run_1000", "run_", any), 1000);
  EXPECT_EQ(number_of("run_999", "run_", 3), 999);
  EXPECT_EQ(number_of("run_1000", "run_", 3), 0);
  for (const char* other : {"run_", "run_1a", "run-001", "arun_001", "run_001.tmp", "run"}) {
    EXPECT_EQ(number_of(other, "run_", any), 0) << other;
    EXPECT_EQ(number_of(other, "run_", 3), 0) << other;
  }
  EXPECT_EQ(id_of("run_", 7), "run_007");
  EXPECT_EQ(id_of("run_", 1000), "run_1000");
}

TEST(Runs, DatedIds) {
  using namespace std::chrono_literals;
  const system_clock::time_point leap_day{std::chrono::sys_days{2028y / 2 / 29} + 23h + 59min};
  EXPECT_EQ(prefix_of_day(leap_day), "run_20280229_");
  EXPECT_EQ(prefix_of_day(leap_day + 1min), "run_20280301_");
  EXPECT_EQ(id_of("run_20280229_", 1), "run_20280229_001");
  EXPECT_EQ(number_of("run_20280229_1000", "run_20280229_", 9), 1000);
  // Neither another day's nor one without a day.
  for (const char* other : {"run_20280301_001", "run_001", "run_20280229"}) {
    EXPECT_EQ(number_of(other, "run_20280229_", 9), 0) << other;
  }
}

}  // namespace
}  // namespace norn::runs
