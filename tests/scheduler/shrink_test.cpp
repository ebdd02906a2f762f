// Shrink: what a reader gets is as short as the changes that are tried can make it, breaks the property
// that was broken, and is the same each time.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/explore/shrink.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/guided.hpp>

#include "classic_programs.hpp"

namespace norn {

using namespace engine;
namespace {

using size = std::tuple<std::size_t, std::size_t, std::size_t>;  // preemptions, steps, threads

counterexample shrunk(const program& body, const std::string& property,
                      strategy_kind strategy = strategy_kind::exhaustive, std::uint64_t seed = 1) {
  explore_options options;
  options.name = "Shrink";
  options.properties = {property};
  options.strategy = strategy;
  options.seed = seed;
  const search_result r = explore(body, options);
  EXPECT_EQ(r.misuse.value_or(""), "");
  EXPECT_EQ(r.properties[0].verdict, conclusion::violated);
  return r.properties[0].counterexample.value();
}

std::size_t threads_in(const schedule& s) {
  std::set<thread_id> threads;
  for (const step& each : s) threads.insert(each.thread);
  return threads.size();
}

size size_of(const counterexample& c) {
  return {c.preemptions, c.steps.size(), threads_in(c.schedule)};
}

// Removes each step in turn, lets the rest lead where it leads, and expects no smaller violation there.
// The program's threads are all made by its main thread, one after the other, so that identities are
// numbers in order of creation.
void expect_locally_minimal(const program& body, const counterexample& c) {
  runner r(runner::settings{});
  guided follows;
  for (std::size_t i = 0; i < c.schedule.size(); ++i) {
    schedule fewer = c.schedule;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    follows.follow(fewer);
    const execution& came = r.run(body, follows);
    for (const violation& v : r.violations()) {
      if (v.property != c.property) continue;
      schedule until = r.threads().by_creation(came);
      until.resize(std::min(until.size(), v.step));
      const size smaller{follows.preemptions(until.size()), until.size(), threads_in(until)};
      EXPECT_GE(smaller, size_of(c)) << "without step " << i + 1;
    }
  }
}

// Each of `threads` adds once, reading and writing apart.
program lost_update(int threads) {
  return [threads] {
    atomic<int> total(0, "total");
    run_concurrently("adder", threads, [&](int) { total.store(total.load() + 1); });
    require("all_counted", total.load() == threads);
  };
}

// One thread is put between another's load and store, which is one preemption; the third runs before or
// after. 1 spawn, 3 loads, 3 stores, 1 join, and the load of the check.
TEST(Shrink, LostUpdateNeedsOnePreemption) {
  const counterexample c = shrunk(lost_update(3), "all_counted");
  EXPECT_EQ(size_of(c), (size{1, 9, 4}));
  expect_locally_minimal(lost_update(3), c);
}

// The least a search happens to find does not matter: long random schedules come to the same size.
TEST(Shrink, WhateverWasFoundFirst) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const counterexample c = shrunk(lost_update(3), "all_counted", strategy_kind::random, seed);
    EXPECT_EQ(size_of(c), (size{1, 9, 4})) << "seed " << seed;
  }
}

TEST(Shrink, IsTheSameEachTime) {
  const counterexample once = shrunk(lost_update(4), "all_counted", strategy_kind::random, 7);
  const counterexample twice = shrunk(lost_update(4), "all_counted", strategy_kind::random, 7);
  EXPECT_EQ(once.schedule, twice.schedule);
  EXPECT_GE(once.found_steps, once.steps.size());
}

// The bystanders take no step: 4 threads of which only two are needed, and the property is broken before
// any thread is joined. 1 spawn; load and store of one thread around the load and store of another; the
// predicate fails at the second store.
TEST(Shrink, LeavesOutThreadsThatAreNotNeeded) {
  const program body = [] {
    atomic<int> total(0, "total");
    atomic<int> stored(0, "stored");
    always("counted", [&] { return total.load() >= stored.load(); });
    run_concurrently("adder", 4, [&](int) {
      const int seen = total.load();
      total.store(seen + 1);
      stored.fetch_add(1);
    });
  };
  const counterexample c = shrunk(body, "counted", strategy_kind::random, 3);
  EXPECT_EQ(c.preemptions, 1u);
  EXPECT_EQ(threads_in(c.schedule), 3u);  // main and two adders
  expect_locally_minimal(body, c);
}

// Both locks are taken: spawn, lock, preempted, lock; everyone waits. The deadlock is of the whole
// execution, so nothing may be left running.
TEST(Shrink, Deadlock) {
  const program body = [] {
    mutex left("left");
    mutex right("right");
    run_concurrently("worker", 2, [&](int i) {
      mutex& first = i == 0 ? left : right;
      mutex& second = i == 0 ? right : left;
      first.lock();
      second.lock();
      second.unlock();
      first.unlock();
    });
  };
  const counterexample c = shrunk(body, "no_deadlock", strategy_kind::random, 5);
  EXPECT_EQ(size_of(c), (size{1, 3, 3}));
  expect_locally_minimal(body, c);
}

// The last alternative of the first choice is needed, that of the second is not.
TEST(Shrink, ChoicesThatDoNotMatterAreTheDefault) {
  const program body = [] {
    const std::uint32_t matters = choose(3);
    choose(3);
    require("not_two", matters != 2);
  };
  const counterexample c = shrunk(body, "not_two", strategy_kind::random, 11);
  ASSERT_EQ(c.schedule.size(), 2u);
  EXPECT_EQ(c.schedule[0].alternative, 2u);
  EXPECT_EQ(c.schedule[1].alternative, 0u);
}

// In a mutual exclusion that excludes nobody: one preemption, between a look and the announcement.
TEST(Shrink, PetersonAnnouncedLate) {
  const program body = classic::peterson_announced_late();
  const counterexample c = shrunk(body, "mutual_exclusion");
  EXPECT_EQ(c.preemptions, 1u);
  expect_locally_minimal(body, c);
}

// As long as it is searched and its violation run again it is deterministic, and once more for the first execution of
// the shrinker. From then on there is a third thread after the first step.
TEST(Shrink, ProgramThatChangesMeanwhileIsMisuse) {
  int runs = 0;
  int changes_after = -1;
  const program body = [&] {
    const bool changed = changes_after >= 0 && ++runs > changes_after;
    lost_update(changed ? 3 : 2)();
  };
  explore_options options;
  options.name = "Shrink";
  options.properties = {"all_counted"};
  const search_result once = explore(body, options);
  ASSERT_EQ(once.properties[0].verdict, conclusion::violated);
  changes_after = static_cast<int>(once.stats.executions + once.stats.probes) + 2;
  const search_result changed = explore(body, options);
  EXPECT_EQ(changed.properties[0].verdict, conclusion::misuse);
  EXPECT_FALSE(changed.complete);
  EXPECT_EQ(changed.misuse.value_or("").find(
                "while a violation of all_counted was shrunk, after step 1 it went on in "
                "another way than before after the same steps\n  the program did not do"),
            0u)
      << changed.misuse.value_or("");
}

// The least schedule is found after few executions, and a limit on them ends at what has been reached.
TEST(Shrink, LimitsAreCountedInWhatIsRun) {
  const counterexample c = shrunk(lost_update(3), "all_counted", strategy_kind::random, 3);
  explore_options options;
  options.name = "Shrink";
  const auto within = [&](const shrink_limits& limits) {
    return shrink(lost_update(3), options, c.schedule, "all_counted", limits);
  };
  EXPECT_EQ(within({}).schedule, c.schedule);
  EXPECT_EQ(within({.executions = 5}).spent.executions, 5u);
  // The first execution is run in any case.
  EXPECT_EQ(within({.steps = 1}).spent.executions, 1u);
  EXPECT_LT(within({.known_steps = 1}).spent.executions, within({}).spent.executions);
}

// Where threads make threads, the order of creation is not the same in every execution: the schedule that
// is told names threads and objects by the order of its own execution.
TEST(Shrink, ThreadsMadeByThreads) {
  const program body = [] {
    atomic<int> x{0, "x"};
    thread a("a", [&] {
      thread b("b", [&] { x.store(1); });
      b.join();
    });
    const int seen = x.load();
    thread c("c", [&] {
      atomic<int> own{0, "own"};
      own.store(seen);
    });
    a.join();
    c.join();
    require("unseen", seen == 0);
  };
  for (const strategy_kind strategy : {strategy_kind::exhaustive, strategy_kind::random}) {
    const counterexample found = shrunk(body, "unseen", strategy, 3);
    EXPECT_EQ(found.threads, (std::vector<std::string>{"main", "a", "b", "c"}));
    ASSERT_TRUE(found.nearest_passing);
  }
}

}  // namespace
}  // namespace norn
