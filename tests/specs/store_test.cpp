// The checks of the store: the executions that the protocol comes to, and the damage that each wrong variant does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include <norn/model/io/file.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/specs/kit/spec.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"
#include "searches.hpp"

namespace norn::store {

using namespace engine;
namespace {

using specs_test::damage;
using specs_test::result_of;
using specs_test::search_named;

// What a deployment of a store can come to: how many executions, and the contents that are left.
// The exhaustive search and the naive one agree on it.
struct space {
  std::size_t executions = 0;
  std::set<std::string> contents;
};

space space_of(const std::string& variant, const std::string& deployed) {
  const kit::spec& p = specs_test::spec_named("store");
  const kit::deployment d = specs_test::deployment_of(p, deployed);
  constexpr std::size_t execution_limit = 200'000;
  space found;
  std::string content;
  const reference::observed_program observed{[&] {
                                               kit::run(p, *p.variant_named(variant), d);
                                               content = io::read_file("reviews.json").value();
                                             },
                                             [&] {
                                               found.contents.insert(content);
                                               return content;
                                             }};
  runner r(runner::settings{});
  exhaustive reduced;
  const reference::search_space actual = reference::search(observed, reduced, r, execution_limit);
  found.executions = actual.executions;
  reference::naive naive(true);
  const reference::search_space expected = reference::search(observed, naive, r, execution_limit);
  EXPECT_TRUE(expected.complete);
  EXPECT_EQ(reference::difference(actual, expected), "");
  return found;
}

// Equals that take one lock: all orders are renamings of one.
TEST(LargeStore, TenThreads) {
  const search_result fixed = result_of(search_named("store/fixed@10thread"));
  EXPECT_EQ(fixed.stats.executions, 1u);
  EXPECT_TRUE(fixed.stats.met_groups);
  EXPECT_TRUE(fixed.complete);
}

using counts = std::map<std::string, std::uint64_t>;

void expect_executions(const std::string& variant, const counts& expected) {
  for (const auto& [deployed, executions] : expected) {
    const search_result result = result_of(search_named("store/" + variant + "@" + deployed));
    EXPECT_EQ(result.stats.executions, executions) << deployed;
    EXPECT_EQ(result.stats.blocked, 0u) << deployed;
    EXPECT_TRUE(result.complete) << deployed;
  }
}

TEST(Store, ExecutionsOfTheFix) {
  const counts expected = {
      {"1thread", 1},
      // Creates under one lock: the orders in which n threads take it, n!.
      {"2thread", 2},
      {"3thread", 6},
      {"2proc", 2},
      // Who looks at the lock file touches nothing that the others do.
      {"2proc-look", 2},
      {"2proc-2thread", 24},
      // Either thread makes the lock file, either takes the lock first.
      {"2thread-empty", 4},
      // The reader opens before or after the rename; before it, the version that it reads was committed
      // then, whichever side of the rename it reads on, which are two.
      {"1thread-reader", 3},
      // Two orders of the lock; with two renames, the pair (open, read) has 3 + 2 + 1 places.
      {"2thread-reader", 12},
      // Two orders of the lock; the four steps of two lists and two renames have 6! / (4! 2!) = 15 orders.
      {"2thread-log", 2 * 15},
      // The second lock is taken under the first.
      {"2thread-models", 2},
      // A create has 18 steps. The crash of the process: before the thread starts, before each of its steps,
      // after the last, and not at all.
      {"1thread-kill", 21},
      // The crash of the host at the same points, in as many ways as files may survive: after 0 to 8 steps
      // one each; 2 once the temporary file is there (its name or none), 4 once it is written (none, empty,
      // zeros, whole), 2 and 2 once it is synced and closed, 4 and 4 once it is renamed and the directory open
      // (either name as before or after), one each for the last 4. 31, and the two without a running thread.
      {"1thread-crash", 33},
  };
  expect_executions("fixed", expected);
}

// A crash of the host meets two threads in the same states, be they of one process or of two.
TEST(Store, ExecutionsOfACrashOfTwo) {
  const auto executions = [](const std::string& deployed) {
    return result_of(search_named("store/fixed@" + deployed)).stats.executions;
  };
  EXPECT_EQ(executions("2proc-crash"), executions("2thread-crash"));
}

// A list that takes the lock, too, is one more that waits for it: two of one thread beside two creates have
// 4! / 2! orders.
TEST(Store, ExecutionsWhereListsTakeTheLock) {
  expect_executions("locked_list", {{"1thread-reader", 2}, {"2thread-log", 12}});
}

// The reader reads before the truncation, between it and the write, or after.
TEST(Store, TornReadOfOneWriter) {
  EXPECT_EQ(space_of("buggy", "1thread-reader").executions, 3u);
  const search_result result = result_of(search_named("store/buggy@1thread-reader"));
  EXPECT_EQ(specs_test::verdict_of(result, "reads_parse").message,
            "read what no one had committed: \"\"");
}

TEST(Store, WhatTwoWritersCanLeave) {
  const std::string one = R"([{"id":"REV-001"}])";
  const std::string two = R"([{"id":"REV-001"},{"id":"REV-002"}])";
  // A lost ticket, or none lost. A writer that reads the other's empty file creates nothing.
  EXPECT_THAT(space_of("buggy", "2thread").contents, testing::UnorderedElementsAre(one, two));
  // Besides, with a fresh installation: the late default is written over a ticket. (Where its
  // truncation comes late too, the ticket is wiped without a trace; its writer was told REV-001.)
  const std::string spliced = R"([]"id":"REV-001"}])";
  EXPECT_THAT(space_of("buggy", "2thread-empty").contents,
              testing::UnorderedElementsAre(one, two, spliced));
  EXPECT_THAT(space_of("fixed", "2thread").contents, testing::UnorderedElementsAre(two));
}

// Two creates that save beside each other without a lock. What one of them published may be what the
// other wrote, but both write the same.
TEST(Store, WhatSavesThatShareATemporaryFileCanLeave) {
  const std::string one = R"([{"id":"REV-001"}])";
  const std::string two = R"([{"id":"REV-001"},{"id":"REV-002"}])";
  EXPECT_THAT(space_of("fixed_tmp_no_lock", "2thread").contents,
              testing::UnorderedElementsAre(one, two));
}

const std::string one_lost = "2 were created, 1 found";
const std::string read_empty = "read what no one had committed: \"\"";
const std::string same_id = "created: REV-001, REV-001";

const damage damages[] = {
    {"store/buggy@2thread", "final_count", one_lost, 0},
    {"store/buggy@2thread", "ids_unique", same_id, 0},
    // The read was not under the lock: one holder at a time, and it did not help.
    {"store/read_outside_lock@2thread", "final_count", one_lost, 1},
    {"store/read_outside_lock@2thread", "ids_unique", same_id, 1},
    {"store/lock_only_write@2thread", "final_count", one_lost, 1},
    {"store/lock_only_write@2thread", "ids_unique", same_id, 1},
    {"store/lock_only_write@2thread-empty", "reads_parse", read_empty, 1},
    // A late default: of a file that is put in place beside the lock, or over a ticket.
    {"store/ensure_outside_lock@2thread-empty", "final_count", one_lost, 1},
    {"store/ensure_outside_lock@2thread-empty", "ids_unique", same_id, 1},
    {"store/ensure_outside_lock@2thread-empty", "reads_parse",
     R"(read what no one had committed: "[{"id":"REV-001"}]")", 1},
    // No lock.
    {"store/fixed_tmp_no_lock@2thread", "final_count", one_lost, 0},
    {"store/fixed_tmp_no_lock@2thread", "ids_unique", same_id, 0},
    {"store/fixed_tmp_no_lock@2thread-reader", "reads_parse", read_empty, 0},
    {"store/fixed_tmp_no_lock@3thread", "reads_parse", read_empty, 0},
    // A lock with two holders.
    {"store/thread_lock@2proc", "final_count", one_lost, 2},
    {"store/thread_lock@2proc", "ids_unique", same_id, 2},
    {"store/thread_lock@2proc-2thread", "reads_parse",
     R"(read what no one had committed: "[{"id":"REV-001"}]{"id":"REV-002"}]")", 2},
    {"store/unlink_lock@3thread", "final_count", "3 were created, 2 found", 2},
    {"store/unlink_lock@3thread", "ids_unique", "created: REV-001, REV-002, REV-002", 2},
    {"store/unlink_lock@2proc-2thread", "reads_parse", read_empty, 2},
    {"store/fcntl_lock@2thread", "final_count", one_lost, 2},
    {"store/fcntl_lock@2thread-reader", "reads_parse", read_empty, 2},
    {"store/fcntl_lock@2proc-look", "final_count", one_lost, 2},
    {"store/fcntl_lock@2proc-look", "ids_unique", same_id, 2},
    // The file lock has one holder, the object that the two threads share.
    {"store/shared_filelock@2thread", "final_count", one_lost, 1},
    {"store/shared_filelock@2thread", "ids_unique", same_id, 1},
    {"store/shared_filelock@2thread-reader", "reads_parse", read_empty, 1},
    // Who writes the file without the lock is not kept out by that of the others.
    {"store/one_writer_bypasses@2thread", "final_count", one_lost, 1},
    {"store/one_writer_bypasses@2thread", "ids_unique", same_id, 1},
    {"store/one_writer_bypasses@2thread", "reads_parse", read_empty, 1},
    // Another version may come between the comparison and the lock.
    {"store/version_checked_outside_lock@2thread", "final_count", one_lost, 1},
    {"store/version_checked_outside_lock@2thread", "ids_unique", same_id, 1},
    // Each holds one of two locks.
    {"store/two_stores_opposite_order@2thread-models", "no_deadlock",
     "no thread can go on: writer/0 waits for flock models.json.lock held by writer/1, "
     "writer/1 waits for flock reviews.json.lock held by writer/0",
     2},
    // What was seen of the log is overwritten; or it was not on the disk yet when it was seen.
    {"store/read_outside_lock@2thread-log", "log_append_only",
     R"(after "[{"by":"writer/1","id":"REV-001"}]" the log was "[{"by":"writer/0","id":"REV-001"}]")",
     1},
    {"store/fixed@1thread-log-crash", "log_append_only",
     R"(after "[{"by":"writer/0","id":"REV-001"}]" the log was "[]")", 1},
    // The lock has nothing to do with it: a list takes none.
    {"store/in_place_under_lock@1thread-reader", "reads_parse", read_empty, 1},
};

TEST(Store, DamageOfWrongFixes) {
  for (const damage& each : damages) specs_test::expect_damage(each);
}

}  // namespace
}  // namespace norn::store
