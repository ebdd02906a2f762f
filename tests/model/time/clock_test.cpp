// Virtual time: it passes by timers firing, in any order, and never goes back.
#include <gtest/gtest.h>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>
#include <norn/model/time/sleep.hpp>
#include <norn/model/time/timer.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/explore/replay_schedule.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using reference::properties;

std::string time_now() { return shown(steady_clock::now().time_since_epoch()); }

TEST(Clock, StandsStillWhileNoTimerFires) {
  const auto e = enumerate([](std::string& outcome) {
    run_concurrently("thread", 3, [](int) { steady_clock::now(); });
    outcome = time_now();
  });
  // Reads commute.
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.outcomes, outcomes{"0 s"});
}

TEST(Clock, SleepEndsAtItsDeadlineOrLater) {
  const auto e = enumerate([](std::string& outcome) {
    this_thread::sleep_for(10ms);
    this_thread::sleep_for(-1ms);
    this_thread::sleep_until(steady_clock::now() + 5us);
    this_thread::sleep_until(steady_clock::time_point(1ms));
    outcome = time_now();
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.outcomes, outcomes{"10005 us"});
}

TEST(Clock, TwoSleepsOverlapOrFollowEachOther) {
  const auto e = enumerate([](std::string& outcome) {
    run_concurrently("sleeper", 2, [](int) { this_thread::sleep_for(10ms); });
    outcome = time_now();
  });
  // Each reads the clock (r) and wakes (w). Reads commute and so do wakes, r0 and w1 do not, nor do r1
  // and w0: four combinations, of which w0 before r1 and w1 before r0 would be a cycle.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.outcomes, (outcomes{"10 ms", "20 ms"}));
}

// What nothing reads does not matter: neither what the clock shows, nor in which order timers move it.
TEST(Clock, SleepsAreIndependentWhileNothingReadsTheClock) {
  for (const int threads : {2, 3, 4}) {
    const auto e = enumerate([&](std::string&) {
      run_concurrently("sleeper", threads, [](int) {
        this_thread::sleep_for(10ms);
        this_thread::sleep_for(10ms);
      });
    });
    EXPECT_EQ(e.executions, 1u) << threads;
  }
}

// The clock is read in some of the executions only, after steps of which it was not recorded that they move it.
TEST(Clock, ReadingItAtLastMakesTheSearchStartOver) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<bool> done{false};
    thread slow([&] {
      this_thread::sleep_for(10ms);
      done = true;
    });
    thread other([] { this_thread::sleep_for(20ms); });
    if (done) outcome = time_now();
    slow.join();
    other.join();
  });
  // The two sleeps overlap, or the one follows the other; the reader comes before the other's end, or after it.
  EXPECT_EQ(e.outcomes, (outcomes{"", "10 ms", "20 ms", "30 ms"}));
}

// A replay begins without what the search had learnt, and its trace names the same conflicts all the same.
TEST(Clock, AReplayKnowsWhatTheClockWasMovedBy) {
  const program body = [] {
    thread sleeper("sleeper", [] { this_thread::sleep_for(10ms); });
    require("early", steady_clock::now() < steady_clock::time_point(10ms));
    sleeper.join();
  };
  explore_options options;
  options.properties = {"early"};
  const search_result found = explore(body, options);
  ASSERT_EQ(found.properties[0].verdict, conclusion::violated);
  const counterexample& c = found.properties[0].counterexample.value();
  const trace_step& looks = c.steps.back();
  ASSERT_EQ(looks.operation, "now");
  ASSERT_TRUE(looks.conflicts_with.has_value());
  EXPECT_EQ(c.steps[*looks.conflicts_with - 1].operation, "sleep");

  const replay_result again = replay(body, options, c.schedule, {}, "early");
  EXPECT_TRUE(again.violated);
  const trace_step& looks_again = again.trace.steps.at(c.steps.size() - 1);
  EXPECT_EQ(looks_again.conflicts_with, looks.conflicts_with);
}

TEST(Clock, PredicatesReadItToo) {
  const auto e = enumerate([](std::string&) {
    always("early", [] { return steady_clock::now() < steady_clock::time_point(20ms); });
    run_concurrently("sleeper", 2, [](int) { this_thread::sleep_for(10ms); });
  });
  EXPECT_EQ(e.violated, properties{"early"});
}

TEST(Clock, TimersFireInAnyOrder) {
  const auto e = enumerate([](std::string& outcome) {
    thread early([&] {
      this_thread::sleep_until(steady_clock::time_point(1s));
      outcome += "early saw " + time_now();
    });
    thread late([] { this_thread::sleep_until(steady_clock::time_point(2s)); });
    early.join();
    late.join();
  });
  // The early thread's look at the clock comes before or after the late one's waking.
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"early saw 1 s", "early saw 2 s"}));
}

TEST(Clock, NeverGoesBack) {
  const auto e = enumerate([](std::string&) {
    virtual_clock& clock = virtual_clock::of_execution();
    auto newest = 0ns;
    always("time passes forward", [&] {
      const auto now = clock.now();
      const bool forward = now >= newest;
      newest = now;
      return forward;
    });
    run_concurrently("sleeper", 3, [](int i) { this_thread::sleep_for(10ms * (i + 1)); });
  });
  EXPECT_EQ(e.violated, properties{});
}

TEST(Clock, DurationsAreRoundedUpAndKeptInRange) {
  using std::chrono::duration;
  using std::chrono::hours;
  using std::chrono::nanoseconds;
  EXPECT_EQ(to_nanoseconds(3us), 3000ns);
  EXPECT_EQ(to_nanoseconds(duration<double, std::nano>(0.25)), 1ns);
  EXPECT_EQ(to_nanoseconds(duration<int, std::pico>(1001)), 2ns);
  EXPECT_EQ(to_nanoseconds(hours::max()), nanoseconds::max());
  EXPECT_EQ(to_nanoseconds(hours::min()), nanoseconds::min());
}

TEST(Clock, SleepBeyondAllTimeEndsAtTheEndOfIt) {
  const auto e = enumerate([](std::string& outcome) {
    this_thread::sleep_for(1s);
    this_thread::sleep_for(std::chrono::hours::max());
    outcome = steady_clock::now() == steady_clock::time_point::max() ? "end of time" : time_now();
  });
  EXPECT_EQ(e.outcomes, outcomes{"end of time"});
}

TEST(Clock, IsShownInTheLargestExactUnit) {
  EXPECT_EQ(shown(0ns), "0 s");
  EXPECT_EQ(shown(2s), "2 s");
  EXPECT_EQ(shown(1500ms), "1500 ms");
  EXPECT_EQ(shown(7us), "7 us");
  EXPECT_EQ(shown(1001ns), "1001 ns");
}

}  // namespace
}  // namespace norn
