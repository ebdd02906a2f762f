// The exhaustive strategy against the naive one, on random programs: the same traces, each run once,
// the same final states, the same violated properties. The programs are the same in each run of the
// tests; NORN_SEED=N draws others, NORN_PROGRAMS=N sets how many each test draws.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <iostream>

#include "../reference/compare.hpp"
#include "../reference/random_program.hpp"
#include "drawn.hpp"

namespace norn::reference {
namespace {

using enum instruction_kind;

void check_programs(const std::string& name, const feature_set& features, int count,
                    bool skip_seen_prefixes = true) {
  tally total;
  const auto generator = arbitrary_program(features);
  check_drawn(name, count, [&] {
    const std::string differs = compare(interpret(*generator), total, skip_seen_prefixes);
    if (!differs.empty()) RC_FAIL(differs);
  });
  std::cout << name << ": " << total.compared << " programs, " << total.executions
            << " executions, " << total.probes << " probes, " << total.skipped
            << " programs over the reference's limit\n";
  EXPECT_GT(total.compared, total.skipped);
}

const std::vector<instruction_kind> memory = {read, write, add, compare_swap, exchange_two};

std::vector<instruction_kind> with(std::vector<instruction_kind> kinds,
                                   const std::vector<instruction_kind>& more) {
  kinds.insert(kinds.end(), more.begin(), more.end());
  return kinds;
}

TEST(AgainstReference, Memory) { check_programs("memory", {memory, 3, 4, false}, 500); }

TEST(AgainstReference, MemoryOfFourThreads) {
  check_programs("memory, 4 threads", {memory, 4, 2, false}, 300);
}

TEST(AgainstReference, NoPrefixIsSkipped) {
  check_programs("memory, every interleaving", {memory, 3, 2, false}, 300, false);
}

TEST(AgainstReference, FootprintsThatDependOnOutcomes) {
  check_programs("adaptive", {with(memory, {follow, follow, skip_if}), 3, 4, false}, 1500);
}

TEST(AgainstReference, ReachesThatAreAnnounced) {
  check_programs("announced", {with(memory, {follow_within, follow_within, skip_if}), 3, 4, false},
                 1000);
  check_programs("rows", {{claim, claim, free_row, skip_if}, 3, 4, false}, 500);
  check_programs("rows, 4 threads", {{claim, claim, free_row}, 4, 2, false}, 300);
  check_programs("announced and unknown",
                 {{write, add, follow, follow_within, claim, free_row}, 3, 4, false}, 500);
}

// What is not the operation's own is not announced: ghosts, what predicates read, what was killed.
TEST(AgainstReference, ReachesWithExtraAccesses) {
  feature_set features{
      {write, add, follow_within, claim, free_row, ghost_count, ghost_observe}, 3, 3, true};
  check_programs("announced, with ghosts", features, 500);
  features.kinds = {write, add, follow_within, claim, free_row};
  features.crashes = 1;
  check_programs("announced, with a crash", features, 300);
}

TEST(AgainstReference, Locks) {
  check_programs("locks",
                 {with(memory, {lock, lock, unlock, unlock, try_lock, skip_if}), 3, 5, false}, 700);
}

TEST(AgainstReference, Waits) {
  check_programs("await", {with(memory, {await, await}), 3, 4, false}, 700);
  check_programs("await and locks",
                 {{read, write, add, await, lock, unlock, try_lock}, 3, 5, false}, 700);
}

TEST(AgainstReference, ConditionVariables) {
  check_programs("condition variables",
                 {{read, write, lock, unlock, wait, notify_one, notify_all}, 3, 4, false}, 700);
  check_programs("timed waits",
                 {{read, write, lock, unlock, wait_for, wait, notify_one, notify_all}, 3, 4, false},
                 700);
}

TEST(AgainstReference, Joins) {
  check_programs("joins", {{read, write, add, fork, fork, join, lock, unlock}, 2, 4, false}, 500);
}

TEST(AgainstReference, Choices) {
  check_programs("choices",
                 {{read, write, add, compare_swap, choose, skip_if, lock, unlock}, 3, 4, false},
                 500);
}

TEST(AgainstReference, SemaphoresAndSharedLocks) {
  check_programs("semaphores", {{read, write, acquire, release, lock, unlock}, 3, 4, false}, 500);
  check_programs(
      "shared locks",
      {{read, write, lock_shared, unlock_shared, lock_exclusive, unlock_exclusive}, 3, 5, false},
      500);
}

TEST(AgainstReference, SpecificationState) {
  check_programs("ghosts",
                 {{read, write, compare_swap, follow, lock, unlock, try_lock, ghost_count,
                   ghost_observe, skip_if},
                  3,
                  4,
                  false},
                 700);
  check_programs("predicates", {with(memory, {follow, lock, unlock}), 3, 3, true}, 500);
}

TEST(AgainstReference, DataRaces) {
  check_programs(
      "races", {{race_read, race_write, lock, unlock, read, write, fork, join}, 3, 4, false}, 500);
}

feature_set crashing(int crashes, std::vector<instruction_kind> kinds, int threads,
                     int instructions) {
  return {std::move(kinds), threads, instructions, false, crashes};
}

feature_set restarting(std::vector<instruction_kind> kinds, int threads, int instructions) {
  return {std::move(kinds), threads, instructions, false, 1, true};
}

TEST(AgainstReference, Crashes) {
  check_programs("crash", crashing(1, with(memory, {follow, skip_if}), 3, 3), 200);
  check_programs("crash and locks",
                 crashing(1, {read, write, add, lock, lock, unlock, try_lock}, 3, 4), 300);
  check_programs(
      "crash and waits",
      crashing(1, {read, write, await, lock, unlock, wait, notify_one, notify_all}, 3, 3), 200);
  check_programs(
      "crash, timed waits, semaphores",
      crashing(1, {write, wait_for, wait, notify_one, acquire, release, lock, unlock}, 3, 3), 150);
  check_programs("crash, shared locks",
                 crashing(1,
                          {read, write, lock_shared, unlock_shared, lock_exclusive,
                           unlock_exclusive, lock, unlock},
                          3, 4),
                 200);
  check_programs("crash, ghosts, choices, joins",
                 crashing(1,
                          {read, write, ghost_count, ghost_observe, choose, fork, join, lock,
                           unlock, race_read, race_write},
                          3, 3),
                 200);
}

// Threads that live by something wait for the ends of threads that do not, and the reverse.
TEST(AgainstReference, CrashesAndEndsOfOthers) {
  check_programs("crash, ends",
                 crashing(1, {read, write, add, fork_into, fork_into, join, await_end}, 2, 3), 40);
  check_programs("crash, ends, locks",
                 crashing(1, {write, lock, unlock, fork_into, join, await_end, await_end}, 3, 2),
                 40);
}

TEST(AgainstReference, TwoCrashes) {
  check_programs("two crashes", crashing(2, with(memory, {follow}), 2, 3), 15);
  check_programs("two crashes, locks",
                 crashing(2, {read, write, lock, lock, unlock, try_lock, await}, 3, 2), 15);
  check_programs("two crashes, waits",
                 crashing(2, {write, await, lock, wait, notify_one, acquire, release}, 2, 3), 15);
  check_programs("two crashes, ends",
                 crashing(2, {read, write, fork, fork_into, join, await_end}, 2, 2), 15);
}

TEST(AgainstReference, CrashesAndRestarts) {
  check_programs("restart", restarting(with(memory, {follow}), 2, 2), 15);
  check_programs("restart, locks",
                 restarting({read, write, lock, lock, unlock, try_lock, await}, 2, 3), 15);
  check_programs("restart, ends",
                 restarting({write, add, lock, unlock, fork_into, join, await_end}, 2, 2), 15);
  check_programs("restart, waits",
                 restarting({write, await, lock, wait, notify_one, acquire, release}, 2, 3), 15);
}

TEST(AgainstReference, Everything) {
  std::vector<instruction_kind> all;
  for (int k = 0; k <= static_cast<int>(race_write); ++k) all.push_back(instruction_kind(k));
  check_programs("everything", {all, 3, 4, true}, 800);
  check_programs("everything, 4 threads", {all, 4, 2, true}, 500);
  check_programs("everything and a crash", {all, 3, 3, true, 1}, 300);
  check_programs("everything and two crashes", {all, 2, 2, true, 2}, 20);
  check_programs("everything and a restart", {all, 2, 2, true, 1, true}, 20);
}

}  // namespace
}  // namespace norn::reference
