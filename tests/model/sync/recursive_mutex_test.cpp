#include <gtest/gtest.h>

#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/recursive_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(RecursiveMutex, ExcludesOtherThreadsUntilTheLastUnlock) {
  const auto e = enumerate([](std::string&) {
    recursive_mutex m{"m"};
    shared<int> x{0, "x"};
    run_concurrently("thread", 3, [&](int) {
      lock_guard outer{m};
      {
        lock_guard inner{m};
        ++x;
      }
      ++x;
    });
  });
  // The critical sections in each order: 3! = 6.
  EXPECT_EQ(e.executions, 6u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(RecursiveMutex, InnerLevelsAreInvisibleToOthers) {
  const auto e = enumerate([](std::string& outcome) {
    recursive_mutex m;
    thread owner([&] {
      m.lock();
      m.lock();
      m.unlock();
      m.unlock();
    });
    thread other([&] {
      const bool taken = m.try_lock();
      outcome = taken ? "taken" : "busy";
      if (taken) m.unlock();
    });
    owner.join();
    other.join();
  });
  // try_lock before the first lock, after the last unlock, or between the two, where the inner lock
  // and unlock commute with it.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.outcomes, (outcomes{"taken", "busy"}));
}

TEST(RecursiveMutex, TryLockOfTheOwnerGoesOneLevelDeeper) {
  const auto e = enumerate([](std::string& outcome) {
    recursive_timed_mutex m;
    outcome += m.try_lock() ? "1" : "-";
    outcome += m.try_lock() ? "2" : "-";
    outcome += m.try_lock_for(1ms) ? "3" : "-";
    m.unlock();
    m.unlock();
    outcome += m.owned_by_caller() ? "owned" : "free";
    m.unlock();
    outcome += m.owned_by_caller() ? "owned" : "free";
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.outcomes, outcomes{"123ownedfree"});
}

TEST(RecursiveMutex, TimedLockTimesOutWhileAnotherThreadOwnsIt) {
  const auto e = enumerate([](std::string& outcome) {
    recursive_timed_mutex m;
    thread owner([&] { const lock_guard hold{m}; });
    thread other([&] {
      const bool taken = m.try_lock_for(5ms);
      outcome =
          (taken ? "taken at " : "timeout at ") + shown(steady_clock::now().time_since_epoch());
      if (taken) m.unlock();
    });
    owner.join();
    other.join();
  });
  // Before the lock, after the unlock, or in between.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.outcomes, (outcomes{"taken at 0 s", "timeout at 5 ms"}));
}

TEST(RecursiveMutex, UnlockByAStrangerIsAViolation) {
  const auto e = enumerate([](std::string&) {
    recursive_mutex m;
    m.lock();
    thread stranger("stranger", [&] { m.unlock(); });
    stranger.join();
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.violated, properties{"unlock_by_owner"});
  EXPECT_EQ(
      e.messages.at("unlock_by_owner"),
      "stranger unlocks a mutex that main holds: only the thread that locked it may unlock it");
}

TEST(RecursiveMutex, OneUnlockTooManyIsAViolation) {
  const auto e = enumerate([](std::string&) {
    recursive_mutex m;
    m.lock();
    m.unlock();
    m.unlock();
  });
  EXPECT_EQ(e.violated, properties{"unlock_by_owner"});
  EXPECT_EQ(e.messages.at("unlock_by_owner"),
            "main unlocks a mutex that nobody holds: it is unlocked twice, or was never locked");
}

TEST(RecursiveMutex, MisuseInADestructorStopsTheThreadWithoutAnException) {
  const auto e = enumerate([](std::string& outcome) {
    recursive_mutex m;
    {
      lock_guard hold{m, std::adopt_lock};
      outcome = "in the block";
    }
    outcome = "beyond the block";
    m.lock();
    outcome = "beyond the next step";
  });
  EXPECT_EQ(e.violated, properties{"unlock_by_owner"});
  EXPECT_EQ(e.outcomes.count("beyond the next step"), 0u);
}

TEST(RecursiveMutex, DepthIsLimited) {
  const auto e = enumerate([](std::string&) {
    recursive_mutex m;
    for (unsigned level = 0; level <= recursive_mutex::maximum_depth; ++level) m.lock();
  });
  EXPECT_EQ(e.violated, properties{"recursive_depth_within_maximum"});
}

}  // namespace
}  // namespace norn
