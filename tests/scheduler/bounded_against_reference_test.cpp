// The bounded strategy against all schedules of random programs, with their preemptions counted: within
// the bound the same traces, each run once, the same final states, the same violated properties.
// NORN_SEED=N draws other programs, NORN_PROGRAMS=N sets how many each test draws.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/strategy/bounded.hpp>

#include "../reference/preemptions.hpp"
#include "../reference/random_program.hpp"
#include "drawn.hpp"

namespace norn::reference {

using namespace engine;
namespace {

using enum instruction_kind;

constexpr std::size_t execution_limit = 3'000;

struct bounded_tally : tally {
  std::size_t complete = 0;  // searches that met no bound
};

// Returns what differs, or nothing.
std::string compare_within_bounds(const observed_program& observed, bounded_tally& total,
                                  bool skip_seen_prefixes) {
  runner names(runner::settings{});
  naive_counting reference(skip_seen_prefixes);
  const space_by_preemptions all =
      search_by_preemptions(observed, reference, names, execution_limit);
  if (!all.complete) {
    ++total.skipped;
    return "";
  }
  ++total.compared;
  const replay_result again = replay(observed.body, {}, all.most_preempting, {}, "");
  if (again.refused || again.trace.preemptions != all.most) {
    return "a report counts " + std::to_string(again.trace.preemptions) + " preemptions, not " +
           std::to_string(all.most);
  }
  for (const std::uint32_t bound : {0u, 1u, 2u, 3u}) {
    bounded strategy(bound);
    const search_space found = search(observed, strategy, names, SIZE_MAX);
    total.executions += found.executions;
    const bool complete = strategy.coverage().every_trace;
    total.complete += complete ? 1 : 0;
    std::string wrong = difference(found, all, bound);
    if (complete && found.traces.size() != all.traces.within(SIZE_MAX).size()) {
      wrong += "not every trace was run, and no bound was met\n";
    }
    // (Skipping, the reference does not run every schedule.)
    if (!skip_seen_prefixes && !complete && all.most <= bound) {
      wrong += "a bound was met that no schedule goes beyond\n";
    }
    if (!wrong.empty()) return wrong;
  }
  return "";
}

// What is said of a search that is run in turns with the exhaustive one. Returns what is wrong, or nothing.
std::string compare_in_turns(const observed_program& observed, bounded_tally& total) {
  runner names(runner::settings{});
  naive_counting reference(true);
  const space_by_preemptions all =
      search_by_preemptions(observed, reference, names, execution_limit);
  if (!all.complete) {
    ++total.skipped;
    return "";
  }
  ++total.compared;
  const std::set<std::string> violable = all.violated.within(SIZE_MAX);
  for (const std::uint32_t bound : {0u, 1u, 2u}) {
    explore_options options;
    options.properties = {"bounded", "no_deadlock", "no_data_race"};
    options.strategy = strategy_kind::bounded;
    options.limits.preemptions = bound;
    const search_result found = explore(observed.body, options);
    if (found.misuse) return "misuse: " + *found.misuse;
    std::set<std::string> violated;
    for (const property_verdict& p : found.properties) {
      if (p.verdict == conclusion::violated) violated.insert(p.property);
    }
    total.executions += found.stats.executions;
    total.complete += found.complete ? 1 : 0;
    const std::set<std::string> least = found.complete ? violable : all.violated.within(bound);
    const bool missing =
        !std::includes(violated.begin(), violated.end(), least.begin(), least.end());
    const bool unknown =
        !std::includes(violable.begin(), violable.end(), violated.begin(), violated.end());
    if (missing || unknown) return "the violated properties differ";
    if (!found.complete && found.bound_hit != bound_kind::preemptions &&
        violated.size() < options.properties.size()) {
      return "it ended for no reason";
    }
  }
  return "";
}

using comparison = std::function<std::string(const observed_program&, bounded_tally&)>;

void compare_programs(const std::string& name, const feature_set& features, int count,
                      const comparison& compare) {
  bounded_tally total;
  const auto generator = arbitrary_program(features);
  check_drawn(name, count, [&] {
    const std::string differs = compare(interpret(*generator), total);
    if (!differs.empty()) RC_FAIL(differs);
  });
  std::cout << name << ": " << total.compared << " programs, " << total.executions
            << " executions, " << total.complete << " searches that met no bound, " << total.skipped
            << " programs over the reference's limit\n";
  EXPECT_GT(2 * total.compared, total.skipped);  // of few programs these may be fewer
}

void check_programs(const std::string& name, const feature_set& features, int count,
                    bool skip_seen_prefixes = true) {
  compare_programs(name, features, count, [&](const observed_program& p, bounded_tally& total) {
    return compare_within_bounds(p, total, skip_seen_prefixes);
  });
}

const std::vector<instruction_kind> memory = {read, write, add, compare_swap, exchange_two};

std::vector<instruction_kind> everything() {
  std::vector<instruction_kind> all;
  for (int k = 0; k <= static_cast<int>(race_write); ++k) all.push_back(instruction_kind(k));
  return all;
}

TEST(BoundedAgainstReference, EveryInterleaving) {
  check_programs("memory", {memory, 2, 3}, 50, false);
  check_programs("locks", {{read, write, lock, unlock, try_lock, choose, skip_if}, 2, 4}, 50,
                 false);
  check_programs(
      "condition variables",
      {{read, write, lock, unlock, wait, wait_for, notify_one, notify_all, choose}, 2, 3}, 50,
      false);
  check_programs("everything", {everything(), 2, 3, true}, 50, false);
  check_programs("everything and a crash", {everything(), 2, 2, true, 1}, 50, false);
}

TEST(BoundedAgainstReference, Memory) { check_programs("memory", {memory, 3, 3}, 100); }

TEST(BoundedAgainstReference, Locks) {
  check_programs("locks", {{read, write, lock, lock, unlock, unlock, try_lock, skip_if}, 3, 4},
                 100);
  check_programs("await", {{read, write, add, await, lock, unlock}, 3, 3}, 100);
}

TEST(BoundedAgainstReference, ConditionVariables) {
  check_programs("condition variables",
                 {{read, write, lock, unlock, wait, notify_one, notify_all, choose}, 3, 3}, 40);
  check_programs("timed waits",
                 {{read, write, lock, unlock, wait_for, wait, notify_one, notify_all}, 3, 3}, 40);
}

TEST(BoundedAgainstReference, Crashes) {
  check_programs("crash", {{read, write, add, follow, skip_if}, 3, 2, false, 1}, 40);
  check_programs(
      "crash, locks and waits",
      {{write, wait_for, wait, notify_one, lock, unlock, try_lock, choose}, 2, 3, false, 1}, 40);
}

// Run as any other threads (docs/decisions/0015-symmetry.md).
TEST(BoundedAgainstReference, SymmetricGroups) {
  feature_set features{{read, write, add, lock, unlock, try_lock, choose, ghost_count}, 2, 3};
  features.equals = 3;
  check_programs("equals and others", features, 40);
}

TEST(BoundedAgainstReference, InTurnsWithTheExhaustiveSearch) {
  compare_programs("in turns", {{read, write, add, follow, skip_if, lock, unlock}, 3, 4, true}, 40,
                   compare_in_turns);
  compare_programs(
      "in turns, specification state",
      {{read, write, ghost_count, ghost_observe, wait_for, notify_one, race_write}, 3, 3, true}, 40,
      compare_in_turns);
}

TEST(BoundedAgainstReference, Everything) {
  check_programs("everything", {everything(), 3, 3, true}, 60);
  check_programs("everything and a crash", {everything(), 2, 3, true, 1}, 40);
  check_programs("everything and two crashes", {everything(), 2, 2, true, 2}, 20);
  check_programs("everything and a restart", {everything(), 2, 2, true, 1, true}, 20);
}

}  // namespace
}  // namespace norn::reference
