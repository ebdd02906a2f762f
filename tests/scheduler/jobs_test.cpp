// Several workers against one: the same executions, steps, verdicts and counterexamples, on random programs and
// on those whose numbers are known.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>

#include "../reference/random_program.hpp"
#include "classic_programs.hpp"
#include "describe.hpp"
#include "drawn.hpp"

namespace norn {
namespace {

using reference::feature_set;
using reference::random_program;
using enum reference::instruction_kind;

explore_options shared_among(std::size_t jobs) {
  explore_options options;
  options.name = "jobs";
  options.jobs = jobs;
  options.alone = std::chrono::milliseconds(0);
  return options;
}

// What differs from the result of one worker, or nothing.
std::string difference(const program& body, explore_options options) {
  options.jobs = 1;
  const std::string alone = describe(explore(body, options));
  for (const std::size_t jobs : {2u, 4u}) {
    options.jobs = jobs;
    const std::string shared = describe(explore(body, options));
    if (shared != alone) {
      return "one worker:\n" + alone + std::to_string(jobs) + " workers:\n" + shared;
    }
  }
  return {};
}

void expect_no_difference(const program& body, const explore_options& options) {
  EXPECT_EQ(difference(body, options), "");
}

void compare(const random_program& p) {
  const program body = [p] { reference::interpret(p).body(); };
  explore_options options = shared_among(1);
  options.properties = {"bounded", "no_deadlock", "no_data_race"};
  std::string differs = difference(body, options);
  options.stop_at_first_violation = true;
  if (differs.empty()) differs = difference(body, options);
  if (!differs.empty()) RC_FAIL(differs);
}

void check_programs(const feature_set& features, int count) {
  const auto generator = reference::arbitrary_program(features);
  reference::check_drawn("several workers", count, [&] { compare(*generator); });
}

TEST(Jobs, MemoryAndLocks) {
  check_programs({{read, write, add, compare_swap, lock, unlock, try_lock}, 3, 5, true}, 60);
}

TEST(Jobs, FootprintsThatDependOnOutcomes) {
  check_programs({{read, write, follow, follow, exchange_two, skip_if, await}, 3, 4, true}, 80);
}

TEST(Jobs, SymmetricGroups) {
  feature_set features{{read, write, add, add_to_own, lock, unlock, skip_if}, 2, 3, true};
  features.equals = 3;
  check_programs(features, 60);
}

TEST(Jobs, ThreadsThatAreNotAlwaysThere) {
  check_programs({{read, write, skip_if, fork, fork, join, choose}, 3, 4, true}, 80);
}

TEST(Jobs, Everything) {
  std::vector<reference::instruction_kind> all;
  for (int k = 0; k <= static_cast<int>(race_write); ++k) {
    all.push_back(reference::instruction_kind(k));
  }
  check_programs({all, 3, 4, true}, 80);
  check_programs({all, 3, 3, true, true}, 40);
}

TEST(Jobs, ShareOneSearch) {
  std::mutex lock;
  std::set<std::thread::id> seen;
  const search_result found = explore(
      [&] {
        {
          const std::scoped_lock held(lock);
          seen.insert(std::this_thread::get_id());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        norn::choose(16);
        norn::choose(16);
      },
      shared_among(3));
  EXPECT_EQ(found.stats.executions, 16u * 16u);
  EXPECT_GE(seen.size(), 2u);
  EXPECT_LE(seen.size(), 3u);
}

TEST(Jobs, KnownNumbers) {
  const auto executions = [](const program& p) {
    return explore(p, shared_among(4)).stats.executions;
  };
  EXPECT_EQ(executions(classic::fetch_add(7)), 5040u);         // 7!
  EXPECT_EQ(executions(classic::readers(12)), 4096u);          // 2^12
  EXPECT_EQ(executions(classic::locked_increments(6)), 720u);  // 6!
}

// The clock is read in some of the executions only.
TEST(Jobs, LearnTogetherThatTheClockIsRead) {
  const program body = [] {
    atomic<int> done{0, "done"};
    run_concurrently("sleeper", 3, [&](int i) {
      this_thread::sleep_for(std::chrono::seconds(i + 1));
      if (done.fetch_add(1) != 2) return;
      require("early", steady_clock::now() < steady_clock::time_point(std::chrono::seconds(6)));
    });
  };
  explore_options options = shared_among(1);
  options.properties = {"early"};
  expect_no_difference(body, options);
  const search_result found = explore(body, shared_among(4));
  ASSERT_EQ(found.properties.size(), 1u);
  EXPECT_EQ(found.properties[0].verdict, conclusion::violated);  // they sleep one after the other
}

// What a search has to learn before it is right: what predicates look at is found out in executions that
// several workers run.
TEST(Jobs, StartOverTogether) {
  const program body = [] {
    std::deque<atomic<int>> cells;
    for (int i = 0; i < 4; ++i) cells.emplace_back(0);
    always("not all", [&] {
      for (auto& c : cells) {
        if (c.load() == 0) return true;  // looks at the next only where this one is set
      }
      return false;
    });
    run_concurrently("writer", 4, [&](int i) {
      cells[static_cast<std::size_t>(i)].store(1);
      cells[static_cast<std::size_t>(i)].store(0);
    });
  };
  expect_no_difference(body, shared_among(1));
}

// What is found out beyond the end of the search must not make it start over.
TEST(Jobs, StartOverWhereOneWorkerWould) {
  const program body = [] {
    std::deque<atomic<int>> z;
    for (int i = 0; i < 3; ++i) z.emplace_back(0);
    always("looks at more", [&] { return z[0].load() != 2 || z[1].load() + z[2].load() < 9; });
    const auto first = norn::choose(40);
    run_concurrently("writer", 3, [&](int i) { z[static_cast<std::size_t>(i)].store(1); });
    require("early", first != 20);
    if (first > 30) {
      z[0].store(2);
      run_concurrently("late", 3, [&](int i) { z[static_cast<std::size_t>(i)].store(0); });
    }
  };
  explore_options options = shared_among(1);
  options.properties = {"early"};
  for (int i = 0; i < 10; ++i) expect_no_difference(body, options);
}

TEST(Jobs, FaultsBeyondTheEndAreNotTold) {
  const program body = [] {
    const auto which = norn::choose(30);
    require("early", which != 10);
    if (which < 20) return;
    faults world;
    may_step_wall_clock(world, host::current(), std::chrono::seconds(which));
    system_clock::now();
  };
  explore_options options = shared_among(1);
  options.properties = {"early"};
  for (int i = 0; i < 10; ++i) expect_no_difference(body, options);
}

// Threads that wait in destructors cannot be unwound, whichever worker gives up on them.
TEST(Jobs, GiveUpStacksOfTheirOwn) {
  const program body = [] {
    struct locks {
      mutex& m;
      ~locks() { m.lock(); }
    };
    mutex m;
    run_concurrently("thread", 3, [&](int) {
      const locks at_the_end{m};
      norn::choose(3);
    });
  };
  const auto before = std::get_terminate();
  explore_options options = shared_among(4);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(explore(body, options).properties.size(), 1u);
  EXPECT_EQ(std::get_terminate(), before);
}

TEST(Jobs, MisuseIsThatOfOneWorker) {
  const program body = [] {
    atomic<int> turn{0};
    run_concurrently("thread", 4, [&](int i) {
      turn.fetch_add(1);
      if (i == 2 && turn.load() == 2) always("too late", [] { return true; });
    });
  };
  const search_result alone = explore(body, shared_among(1));
  ASSERT_TRUE(alone.misuse.has_value());
  expect_no_difference(body, shared_among(1));
}

TEST(Jobs, ABoundOnExecutionsIsOneWorkerS) {
  explore_options options = shared_among(4);
  options.limits.executions = 100;
  const search_result found = explore(classic::fetch_add(6), options);
  EXPECT_EQ(found.stats.executions, 100u);
  EXPECT_EQ(found.bound_hit, bound_kind::executions);
}

// They remember what they have come to, so they are one worker's, too.
TEST(Jobs, ABoundOnPreemptionsIsOneWorkerS) {
  explore_options options = shared_among(1);
  options.properties = {"bounded", "no_deadlock"};
  options.strategy = strategy_kind::bounded;
  options.limits.preemptions = 1;
  expect_no_difference(classic::reads_and_writes(3, 5), options);  // ends within the bound
  expect_no_difference(classic::fetch_add(5), options);            // ends without it
  expect_no_difference(classic::dining_philosophers(3), options);
}

TEST(Jobs, WhatOneThrowsComesOut) {
  explore_options options = shared_among(2);
  options.progress = [](const statistics&) { throw std::runtime_error("no more"); };
  EXPECT_THROW(explore(classic::fetch_add(7), options), std::runtime_error);
}

TEST(Jobs, InterruptionEndsThemAll) {
  std::atomic<bool> interrupted{false};
  std::atomic<int> runs{0};
  explore_options options = shared_among(3);
  options.interrupted = &interrupted;
  const search_result found = explore(
      [&] {
        if (++runs == 500) interrupted = true;
        norn::choose(64);
        norn::choose(64);
      },
      options);
  EXPECT_EQ(found.bound_hit, bound_kind::interrupted);
  EXPECT_FALSE(found.complete);
  EXPECT_GE(found.stats.executions, 400u);
  EXPECT_LT(found.stats.executions, 64u * 64u);
}

}  // namespace
}  // namespace norn
