// The bounded strategy: what a preemption is, what is found within how many, and what a search within a
// bound claims.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/semaphore.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/strategy/bounded.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/scheduler/strategy/in_turns.hpp>

#include "../reference/compare.hpp"
#include "classic_programs.hpp"
#include "explored.hpp"

namespace norn {

using namespace engine;
namespace {

using outcome_text = std::string;

reference::search_space within(std::uint32_t preemptions,
                               const std::function<void(outcome_text&)>& body) {
  outcome_text outcome;
  const reference::observed_program observed{[&] {
                                               outcome.clear();
                                               body(outcome);
                                             },
                                             [&] { return outcome; }};
  bounded strategy(preemptions);
  runner r(runner::settings{});
  constexpr std::size_t execution_limit = 100'000;
  const auto found = reference::search(observed, strategy, r, execution_limit);
  EXPECT_TRUE(found.complete && found.misuse.empty()) << found.misuse;
  return found;
}

names outcomes(std::uint32_t preemptions, const std::function<void(outcome_text&)>& body) {
  return within(preemptions, body).final_states;
}

// Each writes twice to one variable and notes it: the outcome is the order of the four writes. To leave
// a thread after its first write is a preemption, after its second it has ended.
void two_writes_each(outcome_text& outcome) {
  atomic<int> x{0};
  const auto write = [&](char name) {
    for (int i = 0; i < 2; ++i) {
      x.store(i);
      outcome += name;
    }
  };
  run_concurrently([&] { write('a'); }, [&] { write('b'); });
}

TEST(Bounded, APreemptionLeavesAThreadThatCouldHaveGoneOn) {
  EXPECT_EQ(outcomes(0, two_writes_each), (names{"aabb", "bbaa"}));
  EXPECT_EQ(outcomes(1, two_writes_each), (names{"aabb", "bbaa", "abba", "baab"}));
  EXPECT_EQ(outcomes(2, two_writes_each), (names{"aabb", "bbaa", "abba", "baab", "abab", "baba"}));
}

// They hand a turn to one another: whoever has given it away is blocked.
TEST(Bounded, BeingBlockedCostsNothing) {
  const auto hand_over = [](outcome_text& outcome) {
    binary_semaphore a{1};
    binary_semaphore b{0};
    const auto play = [&](binary_semaphore& own, binary_semaphore& others, char name) {
      for (int i = 0; i < 3; ++i) {
        own.acquire();
        outcome += name;
        others.release();
      }
    };
    run_concurrently([&] { play(a, b, 'a'); }, [&] { play(b, a, 'b'); });
  };
  const auto found = within(0, hand_over);
  EXPECT_EQ(found.final_states, (names{"ababab"}));
  EXPECT_EQ(found.executions, 1u);
}

// Whoever waits for a time could go on, by giving up.
TEST(Bounded, LeavingATimedWaitCosts) {
  const auto wait = [](outcome_text& outcome) {
    mutex m;
    condition_variable notified;
    run_concurrently(
        [&] {
          std::unique_lock lock{m};
          const auto came = notified.wait_for(lock, std::chrono::seconds{1});
          outcome += came == std::cv_status::timeout ? "timeout" : "notified";
        },
        [&] { notified.notify_one(); });
  };
  EXPECT_EQ(outcomes(0, wait), (names{"timeout"}));
  EXPECT_EQ(outcomes(1, wait), (names{"timeout", "notified"}));
}

// The process may be killed before either of its writes or after both, and the reader goes on.
TEST(Bounded, AFaultCostsNothing) {
  const auto killed = [](outcome_text& outcome) {
    const host server{"server"};
    const process service{server, "service"};
    atomic<int> x{0};
    faults world;
    world.crash(service);
    service.run("writer", [&] {
      x.store(1);
      x.store(2);
    });
    world.cease();
    outcome = std::to_string(x.load());
  };
  EXPECT_EQ(outcomes(0, killed), (names{"0", "1", "2"}));
}

TEST(Bounded, AlternativesCostNothing) {
  const auto chosen = [](outcome_text& outcome) {
    outcome = std::to_string(choose(3));
    outcome += std::to_string(choose(2));
  };
  const auto found = within(0, chosen);
  EXPECT_EQ(found.final_states, (names{"00", "01", "10", "11", "20", "21"}));
  EXPECT_EQ(found.executions, 6u);
}

TEST(Bounded, AProgramThatDiffersFromRunToRunIsMisuse) {
  int runs = 0;
  const auto differs = [&](outcome_text&) {
    atomic<int> x{0};
    atomic<int> y{0};
    const bool odd = ++runs % 2 == 1;
    run_concurrently([&] { (odd ? x : y).store(1); }, [&] { x.store(2); }, [&] { y.store(2); });
  };
  explore_options options;
  options.properties = {"undecided to the end"};
  options.strategy = strategy_kind::bounded;
  outcome_text none;
  EXPECT_TRUE(explore([&] { differs(none); }, options).misuse);
}

// --- what is claimed ---

search_result explored_within(std::uint32_t preemptions, const program& body) {
  explore_options options;
  options.properties = {"undecided to the end"};
  options.strategy = strategy_kind::bounded;
  options.limits.preemptions = preemptions;
  return explore(body, options);
}

// Far too many traces for an exhaustive search.
const program large = classic::reads_and_writes(4, 10);

TEST(Bounded, ABoundThatWasMetIsNamed) {
  const search_result r = explored_within(1, large);
  EXPECT_EQ(r.properties.front().verdict, conclusion::holds_within_bound);
  EXPECT_EQ(r.bound_hit, bound_kind::preemptions);
  EXPECT_EQ(r.limits.preemptions, 1u);
  EXPECT_EQ(r.strategy, "bounded");
  EXPECT_FALSE(r.complete);
}

TEST(Bounded, TwoPreemptionsWhereNothingIsSaid) {
  explore_options options;
  options.properties = {"undecided to the end"};
  options.strategy = strategy_kind::bounded;
  const search_result r = explore(classic::fetch_add(2), options);
  EXPECT_EQ(r.limits.preemptions, 2u);
}

// Its two traces are found at once.
TEST(Bounded, GivesWayToTheSearchWithoutABoundWhereThatIsCheaper) {
  const search_result r = explored_within(1, classic::fetch_add(2));
  EXPECT_EQ(r.properties.front().verdict, conclusion::holds);
  EXPECT_EQ(r.bound_hit, bound_kind::none);
  EXPECT_EQ(r.strategy, "exhaustive");
  EXPECT_TRUE(r.complete);
}

TEST(Bounded, RedundantExecutionsAreCountedApart) {
  in_turns both(std::make_unique<bounded>(1), std::make_unique<exhaustive>());
  runner r(runner::settings{});
  std::map<execution_kind, std::uint64_t> kinds;
  while (both.begin_execution()) ++kinds[both.end_execution(r.run(large, both))];
  const statistics found = explored_within(1, large).stats;
  EXPECT_EQ(found.executions, kinds[execution_kind::execution]);
  EXPECT_EQ(found.blocked, kinds[execution_kind::redundant]);
  EXPECT_EQ(found.probes, kinds[execution_kind::probe] + kinds[execution_kind::repeated]);
}

// That the addition carries an access of the specification is seen in the second execution, so the search starts
// over. If the exhaustive one of the two had to see it again, it would start over again and again.
TEST(Bounded, WhatWasLearntIsKnownAfterStartingOver) {
  explore_options options;
  options.properties = {"undecided to the end"};
  options.strategy = strategy_kind::bounded;
  options.limits.time_seconds = 60;
  const search_result r = explore(
      [] {
        atomic<int> x{0};
        atomic<int> y{0};
        ghost<int> added{0, "added"};
        run_concurrently([&] { x.store(1); },
                         [&] {
                           if (x.load() == 1) return;
                           y.fetch_add(1);
                           ++added;
                         });
      },
      options);
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.stats.executions, 2u);
}

// What the addition touches where it comes first is found out by running it there. That is no execution, and
// the one that does it again must tell what came of it.
TEST(Bounded, AViolationThatAProbeMeetsFirst) {
  const auto late = [](outcome_text&) {
    atomic<int> x{0};
    always("late", [&] { return x.load() != 1; });
    run_concurrently([&] { x.store(2); }, [&] { x.fetch_add(1); });
  };
  explore_options options;
  options.properties = {"late"};
  outcome_text none;
  for (const strategy_kind strategy : {strategy_kind::exhaustive, strategy_kind::bounded}) {
    options.strategy = strategy;
    const search_result r = explore([&] { late(none); }, options);
    EXPECT_EQ(r.properties.front().verdict, conclusion::violated);
    EXPECT_EQ(r.properties.front().counterexample->found_execution, 2u);
  }
}

TEST(Bounded, OtherBoundsEndItToo) {
  explore_options options;
  options.properties = {"undecided to the end"};
  options.strategy = strategy_kind::bounded;
  options.limits.executions = 10;
  const search_result stopped = explore(large, options);
  EXPECT_EQ(stopped.properties.front().verdict, conclusion::inconclusive);
  EXPECT_EQ(stopped.bound_hit, bound_kind::executions);
  options.limits.executions = 0;
  options.limits.preemptions = 0;
  options.limits.depth = 12;
  const search_result cut = explore(large, options);
  EXPECT_EQ(cut.properties.front().verdict, conclusion::inconclusive);
  EXPECT_EQ(cut.bound_hit, bound_kind::depth);
}

// An update is lost once a thread is left between its read and its write.
TEST(Bounded, FindsAnErrorWithinTheBound) {
  const auto lost_update = [](outcome_text&) {
    atomic<int> total{0};
    run_concurrently("adder", 2, [&](int) { total.store(total.load() + 1); });
    require("all_counted", total.load() == 2);
  };
  EXPECT_EQ(within(0, lost_update).violated, names{});
  EXPECT_EQ(within(1, lost_update).violated, names{"all_counted"});
}

}  // namespace
}  // namespace norn
