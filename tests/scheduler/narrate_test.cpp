// Narrate: why the thread changed between two steps, who holds what, which steps conflict.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {

using namespace engine;
namespace {

using lines = std::vector<std::string>;

counterexample violation_of(const program& body, const std::string& property) {
  const search_result found = explore(body, {});
  EXPECT_FALSE(found.misuse) << *found.misuse;
  for (const property_verdict& p : found.properties) {
    if (p.property == property) return p.counterexample.value();
  }
  ADD_FAILURE() << property << " is not violated";
  return {};
}

std::string text_of(const thread_switch& left) {
  switch (left.why) {
    case thread_switch::reason::preempted:
      return "preempted";
    case thread_switch::reason::waits:
      return "waits at " + left.waits_at + " " + left.waits_for +
             (left.held_by == left.waits_for ? "" : ", held by " + left.held_by);
    case thread_switch::reason::ended:
      return "ended";
    case thread_switch::reason::failed:
      return "failed";
  }
  return "";
}

// "main waits at join left", a line for each step of another thread than the one before.
lines switches_of(const counterexample& c) {
  lines all;
  for (std::size_t i = 1; i < c.steps.size(); ++i) {
    const auto& left = c.steps[i].left;
    EXPECT_EQ(left.has_value(), c.steps[i].thread != c.steps[i - 1].thread) << i;
    if (left) all.push_back(c.steps[i - 1].thread + " " + text_of(*left));
  }
  return all;
}

// The least deadlock needs one preemption: the left thread's, between its two locks.
TEST(Narrate, SaysWhyTheThreadChanged) {
  const auto c = violation_of(
      [] {
        mutex a{"a"};
        mutex b{"b"};
        thread left("left", [&] {
          a.lock();
          b.lock();
          b.unlock();
          a.unlock();
        });
        thread right("right", [&] {
          b.lock();
          a.lock();
          a.unlock();
          b.unlock();
        });
        left.join();
        right.join();
      },
      "no_deadlock");
  EXPECT_EQ(switches_of(c), (lines{"main waits at join left", "left preempted"}));
  EXPECT_EQ(c.preemptions, 1u);
  ASSERT_EQ(c.locks.size(), 2u);
  EXPECT_EQ(c.locks[0], (held_lock{"left", "mutex", "a", ""}));
  EXPECT_EQ(c.locks[1], (held_lock{"right", "mutex", "b", ""}));
  // Main waits for a thread that is blocked itself.
  EXPECT_EQ(c.blocked_threads.size(), 3u);
}

// The second thread comes upon the mutex that the first one holds; the schedule ends after that.
TEST(Narrate, NamesWhoHoldsTheLockAtTheTime) {
  const program body = [] {
    mutex m{"m"};
    atomic<int> x{0, "x"};
    thread first("first", [&] {
      m.lock();
      x.store(1);
      m.unlock();
    });
    thread second("second", [&] {
      x.load();
      m.lock();
      m.unlock();
    });
    first.join();
    second.join();
  };
  const thread_id main{0};
  const thread_id first{1};
  const thread_id second{2};
  const schedule steps{{main, 0, 0}, {main, 0, 0}, {first, 0, 0}, {second, 0, 0}, {first, 0, 0}};
  const replay_result r = replay(body, {}, steps, {}, "");
  EXPECT_EQ(switches_of(r.trace), (lines{"main waits at join first", "first preempted",
                                         "second waits at lock m, held by first"}));
  EXPECT_EQ(r.trace.steps.at(4).locks, (std::vector<held_lock>{{"first", "mutex", "m", ""}}));
  ASSERT_EQ(r.trace.blocked_threads.size(), 1u);
  EXPECT_EQ(r.trace.blocked_threads[0].thread, "second");
  EXPECT_EQ(r.trace.blocked_threads[0].held_by, "first");
}

TEST(Narrate, ConflictsAreWhatNothingElseOrders) {
  const auto c = violation_of(
      [] {
        atomic<int> x{0, "x"};
        atomic<int> y{0, "y"};
        x.store(1);
        thread reads("reads", [&] {
          require("unset", x.load() == 1);
          const int seen = y.load();
          require("y_unset", seen == 0);
        });
        y.store(1);
        reads.join();
      },
      "y_unset");
  lines conflicts;
  for (const trace_step& s : c.steps) {
    if (s.conflicts_with) {
      conflicts.push_back(s.thread + " " + s.operation + " " + s.object + " with " +
                          std::to_string(*s.conflicts_with));
    }
  }
  // Not the load of x: main stored before it made the thread. The store of y is step 3.
  EXPECT_EQ(conflicts, (lines{"reads load y with 3"}));
}

// One step creates the three, three steps are theirs, and one waits for them.
TEST(Narrate, ThreadsOfAGroupAreCreatedAndAwaitedInOneStepEach) {
  const auto c = violation_of(
      [] {
        atomic<int> x{0, "x"};
        run_concurrently("adder", 3, [&](int) { x.fetch_add(1); });
        require("never", false);
      },
      "never");
  lines all;
  for (const trace_step& s : c.steps) {
    all.push_back(s.thread + " " + s.operation + s.arguments + s.object);
  }
  EXPECT_EQ(all, (lines{"main spawn(adder/0, adder/1, adder/2)", "adder/0 fetch_addx",
                        "adder/1 fetch_addx", "adder/2 fetch_addx", "main joinadder/*"}));
}

// Main could only be said to wait for a thread that was not let run to its end.
TEST(Narrate, OnlyWaitsThatSayAnythingAreTold) {
  const auto c = violation_of(
      [] {
        atomic<int> x{0, "x"};
        thread other("other", [&] {
          require("never", x.load() != 0);
          x.store(1);
        });
        other.join();
      },
      "never");
  EXPECT_EQ(c.steps.back().operation, "load");
  EXPECT_TRUE(c.blocked_threads.empty());
}

}  // namespace
}  // namespace norn
