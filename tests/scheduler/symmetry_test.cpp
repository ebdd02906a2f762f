// Symmetric groups against the naive search, on random programs: each trace is a renaming of one that was run,
// none was run twice, and the final states and the violated properties are the same. Of one orbit hardly more than
// one is run, but where equals choose or start threads (docs/decisions/0015-symmetry.md). NORN_SEED=N draws other
// programs, NORN_PROGRAMS=N sets how many each test draws.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <iostream>

#include "../reference/compare.hpp"
#include "../reference/random_program.hpp"
#include "drawn.hpp"

namespace norn::reference {
namespace {

using enum instruction_kind;

constexpr double hardly_more_than_one = 1.1;

void check_symmetric(const std::string& name, std::vector<instruction_kind> kinds, int equals,
                     int others, int instructions, int count, int crashes = 0,
                     double most_executions_an_orbit = hardly_more_than_one) {
  feature_set features{std::move(kinds), others + 1, instructions};
  features.equals = equals;
  features.crashes = crashes;
  tally total;
  const auto generator = arbitrary_program(features);
  check_drawn(name, count, [&] {
    const std::string differs = compare(interpret(*generator), total);
    if (!differs.empty()) RC_FAIL(differs);
  });
  std::cout << name << ": " << total.compared << " programs, " << total.traces << " traces, "
            << total.orbits << " orbits, " << total.executions << " executions, " << total.skipped
            << " programs over the reference's limit\n";
  EXPECT_GT(total.compared, total.skipped);
  EXPECT_LE(static_cast<double>(total.executions),
            most_executions_an_orbit * static_cast<double>(total.orbits))
      << name;
}

const std::vector<instruction_kind> memory = {read, write, add, add_to_own, compare_swap};

TEST(Symmetry, Memory) {
  check_symmetric("memory", memory, 3, 0, 3, 100);
  check_symmetric("memory and others", memory, 2, 1, 3, 100);
  check_symmetric("memory, 4 equals", memory, 4, 0, 2, 60);
  check_symmetric("memory, 3 equals and others", memory, 3, 1, 2, 100);
}

TEST(Symmetry, Locks) {
  check_symmetric("locks", {read, write, add_to_own, lock, lock, unlock, try_lock, skip_if}, 3, 0,
                  4, 100);
  check_symmetric("locks and others", {read, write, add_to_own, lock, lock, unlock, try_lock}, 3, 1,
                  3, 100);
}

TEST(Symmetry, FootprintsThatDependOnOutcomes) {
  check_symmetric("adaptive", {read, write, add, follow, follow, exchange_two, skip_if}, 3, 1, 2,
                  100);
}

TEST(Symmetry, Waits) {
  check_symmetric("await", {read, write, add, await, lock, unlock}, 3, 1, 3, 100);
  check_symmetric("condition variables",
                  {write, lock, unlock, wait, wait_for, notify_one, notify_all}, 3, 1, 3, 100);
  check_symmetric(
      "semaphores and shared locks",
      {read, write, acquire, release, lock_shared, unlock_shared, lock_exclusive, unlock_exclusive},
      3, 1, 3, 100);
}

TEST(Symmetry, ChoicesAndSpecificationState) {
  check_symmetric("choices", {read, write, add, choose, skip_if, lock, unlock}, 3, 1, 2, 100, 0,
                  2.0);
  check_symmetric("ghosts", {read, write, lock, unlock, ghost_count, ghost_observe}, 3, 1, 3, 100);
}

TEST(Symmetry, ThreadsOfTheThreads) {
  check_symmetric("joins", {read, write, add, fork, join, lock, unlock}, 2, 1, 2, 100, 0, 2.0);
}

TEST(Symmetry, Crashes) {
  check_symmetric("crash", {read, write, add, add_to_own, lock, unlock, try_lock}, 3, 1, 2, 40, 1);
  check_symmetric("crash and waits", {read, write, await, lock, unlock, wait, notify_one}, 2, 1, 3,
                  40, 1);
  check_symmetric("two crashes", {read, write, lock, unlock, await}, 2, 1, 2, 15, 2);
}

}  // namespace
}  // namespace norn::reference
