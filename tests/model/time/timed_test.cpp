// Timed mode: operations take the time that they say, ties go either way, and nothing else happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/shared_memory.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>
#include <norn/model/time/delay.hpp>
#include <norn/model/time/moment.hpp>
#include <norn/model/time/sleep.hpp>
#include <norn/model/time/work.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

using namespace std::chrono_literals;
using outcomes = std::set<std::string>;

search_result search(const program& body, strategy_kind by = strategy_kind::timed) {
  explore_options options;
  options.strategy = by;
  return explore(body, options);
}

// What the body leaves in its argument, in each execution that ends.
outcomes outcomes_of(const std::function<void(std::string&)>& body,
                     strategy_kind by = strategy_kind::timed) {
  outcomes all;
  const search_result found = search(
      [&] {
        std::string outcome;
        body(outcome);
        all.insert(outcome);
      },
      by);
  EXPECT_TRUE(found.complete) << found.misuse.value_or("");
  return all;
}

std::string misuse_of(const program& body) { return search(body).misuse.value_or("none"); }

// Two threads that are busy for so long; who was done first.
outcomes order_of(duration_interval a, duration_interval b) {
  return outcomes_of([&](std::string& outcome) {
    atomic<int> turn{0};
    std::string order = "..";
    run_concurrently("worker", 2, [&](int i) {
      work(i == 0 ? a : b);
      order[static_cast<std::size_t>(turn.fetch_add(1))] = i == 0 ? 'a' : 'b';
    });
    outcome = order;
  });
}

TEST(Timed, TheShorterSleepEndsFirst) {
  const auto body = [](std::string& outcome) {
    atomic<int> turn{0};
    std::string order = "..";
    run_concurrently("sleeper", 2, [&](int i) {
      this_thread::sleep_for(i == 0 ? 10ms : 20ms);
      order[static_cast<std::size_t>(turn.fetch_add(1))] = i == 0 ? 'a' : 'b';
    });
    outcome = order;
  };
  EXPECT_EQ(outcomes_of(body), outcomes{"ab"});
  // A thread may be arbitrarily slow otherwise.
  EXPECT_EQ(outcomes_of(body, strategy_kind::exhaustive), (outcomes{"ab", "ba"}));
}

TEST(Timed, WhatHappensAtOnceHappensInEveryOrder) {
  EXPECT_EQ(order_of(between(10ms, 10ms), between(10ms, 10ms)), (outcomes{"ab", "ba"}));
}

TEST(Timed, AnIntervalIsAllOfItsMoments) {
  EXPECT_EQ(order_of(between(3ms, 7ms), between(5ms, 5ms)), (outcomes{"ab", "ba"}));
  EXPECT_EQ(order_of(between(3ms, 7ms), between(7ms, 9ms)), (outcomes{"ab", "ba"}));
  EXPECT_EQ(order_of(between(3ms, 7ms), between(8ms, 9ms)), outcomes{"ab"});
}

// Both took the same time for the first part, which is not known: the second decides.
TEST(Timed, TimesThatAreNotKnownAreComparedAllTheSame) {
  const auto all = outcomes_of([](std::string& outcome) {
    work(between(0ms, 100ms));
    atomic<int> turn{0};
    std::string order = "..";
    run_concurrently("worker", 2, [&](int i) {
      work(i == 0 ? 1ms : 2ms);
      order[static_cast<std::size_t>(turn.fetch_add(1))] = i == 0 ? 'a' : 'b';
    });
    outcome = order;
  });
  EXPECT_EQ(all, outcomes{"ab"});
}

TEST(Timed, TheClockShowsTheTime) {
  const auto all = outcomes_of([](std::string& outcome) {
    run_concurrently("sleeper", 2, [](int i) { this_thread::sleep_for(i == 0 ? 10ms : 15ms); });
    work(5ms);
    outcome = shown(steady_clock::now().time_since_epoch());
  });
  EXPECT_EQ(all, outcomes{"20 ms"});
}

outcomes lock_for(std::chrono::milliseconds patience) {
  return outcomes_of([&](std::string& outcome) {
    timed_mutex m;
    m.lock();
    thread other([&] {
      if (m.try_lock_for(patience)) {
        outcome = "locked";
        m.unlock();
      } else {
        outcome = "timeout";
      }
    });
    work(10ms);
    m.unlock();
    other.join();
  });
}

TEST(Timed, ATimeoutComesAtItsDeadline) {
  EXPECT_EQ(lock_for(9ms), outcomes{"timeout"});
  EXPECT_EQ(lock_for(10ms), (outcomes{"locked", "timeout"}));
  EXPECT_EQ(lock_for(11ms), outcomes{"locked"});
}

outcomes wait_for(std::chrono::milliseconds patience) {
  return outcomes_of([&](std::string& outcome) {
    mutex m;
    condition_variable ready;
    thread other([&] {
      std::unique_lock lock(m);
      outcome = ready.wait_for(lock, patience) == std::cv_status::timeout ? "timeout" : "notified";
    });
    work(10ms);
    ready.notify_one();
    other.join();
  });
}

TEST(Timed, AWaitEndsAtItsDeadline) {
  EXPECT_EQ(wait_for(9ms), outcomes{"timeout"});
  EXPECT_EQ(wait_for(10ms), (outcomes{"notified", "timeout"}));
  EXPECT_EQ(wait_for(11ms), outcomes{"notified"});
}

// One thread of an event loop answers all requests, in 30 to 40 ms each.
TEST(Timed, HealthzIsAnsweredInTime) {
  const auto verdict = [](int requests) {
    explore_options options;
    options.strategy = strategy_kind::timed;
    options.properties = {"answered within 100 ms"};
    return explore(
               [=] {
                 mutex loop;
                 run_concurrently("request", requests, [&](int) {
                   const moment came = moment::now();
                   const std::scoped_lock turn(loop);
                   work(between(30ms, 40ms));
                   require("answered within 100 ms", !came.is_older_than(100ms));
                 });
               },
               options)
        .properties[0]
        .verdict;
  };
  EXPECT_EQ(verdict(2), conclusion::holds);     // at most 80 ms
  EXPECT_EQ(verdict(3), conclusion::violated);  // up to 120 ms
}

// Who finds a lock that is older than 5 s takes it over. A live owner takes it, having looked at the time, and makes
// one step with it: two steps after the look.
conclusion stale_after_5_s(std::chrono::milliseconds step) {
  explore_options options;
  options.strategy = strategy_kind::timed;
  options.properties = {"one owner"};
  const auto body = [=] {
    each_step_takes_at_most(step);
    atomic<int> owner{0};
    std::optional<moment> taken;
    thread holder("holder", [&] {
      taken = moment::now();
      owner = 1;
      require("one owner", owner == 1);
    });
    thread other("other", [&] {
      if (owner == 1 && taken->is_older_than(5s)) owner = 2;
    });
    holder.join();
    other.join();
  };
  return explore(body, options).properties[0].verdict;
}

TEST(Timed, AnAgeBasedLockRestsOnABoundedDelay) {
  EXPECT_EQ(stale_after_5_s(2500ms), conclusion::holds);
  EXPECT_EQ(stale_after_5_s(2501ms), conclusion::violated);
}

TEST(Timed, RefusesWhatIsNoDuration) {
  EXPECT_EQ(misuse_of([] { work(-1ms); }), "work takes -1 ms: a duration is 0 or more");
  EXPECT_EQ(misuse_of([] { work(between(2ms, 1ms)); }),
            "work takes 2 ms to 1 ms: the interval ends before it begins; norn::between takes the "
            "least first");
  EXPECT_EQ(misuse_of([] { each_step_takes_at_most(-1s); }),
            "each step takes at most -1 s: a duration is 0 or more");
}

TEST(Timed, RefusesToShowATimeThatIsNoNumber) {
  const auto looks = [](duration_interval takes) {
    return misuse_of([=] {
      work(takes);
      steady_clock::now();
    });
  };
  EXPECT_EQ(looks(between(1ms, 1ms)), "none");
  EXPECT_THAT(looks(between(1ms, 2ms)), ::testing::HasSubstr("norn::moment"));
}

// A process may crash while one of its threads waits for a lock, with a deadline of its own.
TEST(Timed, WhoWaitsWithADeadlineMayBeKilled) {
  const outcomes all = outcomes_of([](std::string& outcome) {
    faults world;
    const process victim("victim");
    const shared_memory mapped;
    timed_mutex lock;
    lock.lock();
    std::string told = "killed";
    world.crash(victim);
    thread waits =
        victim.spawn("waits", [&] { told = lock.try_lock_for(5ms) ? "served" : "gave up"; });
    work(3ms);
    lock.unlock();
    waits.join();
    world.cease();
    outcome = told;
  });
  EXPECT_EQ(all, (outcomes{"killed", "served"}));
}

}  // namespace
}  // namespace norn
