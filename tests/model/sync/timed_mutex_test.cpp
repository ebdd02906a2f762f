#include <gtest/gtest.h>

#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(TimedMutex, LocksExclude) {
  const auto e = enumerate([](std::string&) {
    timed_mutex m;
    shared<int> x{0};
    run_concurrently("thread", 3, [&](int) {
      const lock_guard hold{m};
      ++x;
    });
  });
  EXPECT_EQ(e.executions, 6u);  // 3!
  EXPECT_EQ(e.violated, properties{});
}

TEST(TimedMutex, TimesOutOrIsServed) {
  const auto e = enumerate([](std::string& outcome) {
    timed_mutex m;
    shared<int> x{0};
    std::string seen[2];
    run_concurrently("thread", 2, [&](int i) {
      unique_lock hold{m, 1ms};
      seen[i] = hold ? "served " : "timeout ";
      if (hold) ++x;
    });
    outcome = seen[0] + seen[1] + shown(steady_clock::now().time_since_epoch());
  });
  // Whoever is first is served; the other times out before the unlock, or is served after it.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes,
            (outcomes{"served served 0 s", "served timeout 1 ms", "timeout served 1 ms"}));
  EXPECT_EQ(e.violated, properties{});
}

TEST(TimedMutex, ADeadlineThatHasPassedIsATryLock) {
  const auto e = enumerate([](std::string& outcome) {
    timed_mutex m;
    thread owner([&] { const lock_guard hold{m}; });
    thread other([&] {
      const bool taken = m.try_lock_for(0s);
      outcome = (taken ? "taken " : "busy ") + shown(steady_clock::now().time_since_epoch());
      if (taken) m.unlock();
    });
    owner.join();
    other.join();
  });
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.outcomes, (outcomes{"taken 0 s", "busy 0 s"}));
}

TEST(TimedMutex, DoubleLockIsAViolationInEachWay) {
  for (int way = 0; way < 3; ++way) {
    const auto e = enumerate([&](std::string&) {
      timed_mutex m;
      m.lock();
      if (way == 0) m.lock();
      if (way == 1) m.try_lock();
      if (way == 2) m.try_lock_for(1s);
    });
    EXPECT_EQ(e.violated, properties{"no_double_lock"});
    EXPECT_EQ(
        e.messages.at("no_double_lock"),
        "main locks a mutex that it already holds: it would wait for itself; unlock it first, or "
        "use a recursive mutex");
  }
}

// A guard that stays open for the owner, to report the second lock, made the search run a trace twice.
TEST(TimedMutex, ASecondLockStandsBesideFailuresOfOthers) {
  const auto e = enumerate([](std::string&) {
    timed_mutex m;
    run_concurrently([&] { m.lock(), m.lock(); }, [&] { m.try_lock(); }, [&] { m.try_lock(); });
  });
  // One of the others takes it first (2), the other fails and the lock waits for good. Or both fail,
  // each before or after the second lock, and commute: 2·2.
  EXPECT_EQ(e.executions, 6u);
  EXPECT_EQ(e.violated, (properties{"no_deadlock", "no_double_lock"}));
}

TEST(TimedMutex, UnlockByAStrangerIsAViolation) {
  const auto e = enumerate([](std::string&) {
    timed_mutex m;
    thread owner("owner", [&] {
      m.lock();
      m.unlock();
    });
    thread stranger("stranger", [&] { m.unlock(); });
    owner.join();
    stranger.join();
  });
  // The stranger's attempt: before the lock, in between, after the unlock.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.violated, properties{"unlock_by_owner"});
}

TEST(TimedMutex, TwoMutexesInOppositeOrderDeadlock) {
  const auto e = enumerate([](std::string&) {
    timed_mutex a{"a"};
    timed_mutex b{"b"};
    thread one([&] {
      const lock_guard first{a};
      const lock_guard second{b};
    });
    thread two([&] {
      const lock_guard first{b};
      const lock_guard second{a};
    });
    one.join();
    two.join();
  });
  // One after the other in both orders, or each with its first: the deadlock.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

}  // namespace
}  // namespace norn
