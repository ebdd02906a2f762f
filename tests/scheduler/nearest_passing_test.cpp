// The nearest passing schedule: an execution that breaks nothing, and differs from the counterexample by as
// few reorderings as one that lets a thread run ahead can.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

explore_options asking(const std::string& property) {
  explore_options options;
  options.name = "Nearest";
  options.properties = {property};
  return options;
}

counterexample found(const program& body, const std::string& property) {
  const search_result r = explore(body, asking(property));
  EXPECT_EQ(r.properties[0].verdict, conclusion::violated);
  return r.properties[0].counterexample.value();
}

// It leads to an execution of the program that runs to its end and violates nothing.
void expect_passes(const program& body, const nearest_passing& n) {
  const replay_result again = replay(body, asking(""), n.schedule, {}, "");
  EXPECT_FALSE(again.refused) << *again.refused;
  EXPECT_EQ(again.verdict(), conclusion::holds);
  EXPECT_EQ(again.trace.blocked_threads.size(), 0u);
  EXPECT_EQ(again.trace.steps.size(), n.steps.size());
}

// Steps: 1 spawn; 2 a loads; 3 b loads; 4 b stores; 5 a stores over it. If a's store comes before b's
// load, b counts on; one pair of loads and stores is turned, and the two stores with it.
TEST(NearestPassing, LostUpdate) {
  const program body = [] {
    atomic<int> total(0, "total");
    run_concurrently("adder", 2, [&](int) { total.store(total.load() + 1); });
    require("all_counted", total.load() == 2);
  };
  const counterexample c = found(body, "all_counted");
  ASSERT_TRUE(c.nearest_passing);
  const nearest_passing& n = *c.nearest_passing;
  expect_passes(body, n);
  ASSERT_NE(n.later, 0u);
  const trace_step& earlier = c.steps[n.earlier - 1];
  const trace_step& later = c.steps[n.later - 1];
  EXPECT_NE(earlier.thread, later.thread);
  EXPECT_EQ(earlier.operation, "load");
  EXPECT_EQ(later.operation, "store");
  EXPECT_EQ(n.moved.thread, later.thread);
  // What was later comes first.
  const auto place = [&](const trace_step& s) {
    return std::find_if(n.steps.begin(), n.steps.end(), [&](const trace_step& each) {
      return each.thread == s.thread && each.operation == s.operation;
    });
  };
  EXPECT_LT(place(later), place(earlier));
  EXPECT_EQ(n.reorderings, 1u);
}

// The counterexample ends with the read; the write that should have come before it is not in it.
TEST(NearestPassing, StepThatTheCounterexampleDoesNotReach) {
  const program body = [] {
    atomic<bool> ready(false, "ready");
    thread writer([&] { ready.store(true); });
    require("ready", ready.load());
    writer.join();
  };
  const counterexample c = found(body, "ready");
  ASSERT_EQ(c.steps.size(), 2u);  // spawn, load
  ASSERT_TRUE(c.nearest_passing);
  expect_passes(body, *c.nearest_passing);
  EXPECT_EQ(c.nearest_passing->earlier, 2u);
  EXPECT_EQ(c.nearest_passing->later, 0u);
  EXPECT_EQ(c.nearest_passing->moved.operation, "store");
  EXPECT_EQ(c.nearest_passing->reorderings, 1u);
}

// Each waits for the other's lock: what has to come first is a step that never came.
TEST(NearestPassing, Deadlock) {
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
  const counterexample c = found(body, "no_deadlock");
  ASSERT_TRUE(c.nearest_passing);
  expect_passes(body, *c.nearest_passing);
  EXPECT_EQ(c.nearest_passing->later, 0u);
  EXPECT_EQ(c.nearest_passing->moved.operation, "lock");
  EXPECT_NE(c.nearest_passing->moved.thread, c.steps[c.nearest_passing->earlier - 1].thread);
}

TEST(NearestPassing, NoneWhereEveryOrderFails) {
  const program body = [] {
    atomic<int> total(0, "total");
    run_concurrently("adder", 2, [&](int) { total.fetch_add(1); });
    require("three", total.load() == 3);
  };
  EXPECT_FALSE(found(body, "three").nearest_passing);
}

}  // namespace
}  // namespace norn
