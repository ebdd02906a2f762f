#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <shared_mutex>

#include <norn/model/memory/await.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/recursive_mutex.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(ConditionVariable, ANotificationBeforeTheWaitIsLost) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m{"m"};
    condition_variable changed{"changed"};
    outcome = "waits for ever";
    thread waits([&] {
      unique_lock lock{m};
      changed.wait(lock);
      outcome = "woken";
    });
    thread notifies([&] { changed.notify_one(); });
    waits.join();
    notifies.join();
  });
  // The notification before the wait, or after it.
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"woken", "waits for ever"}));
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(ConditionVariable, APredicateUnderTheMutexLosesNothing) {
  for (const bool while_locked : {true, false}) {
    const auto e = enumerate([&](std::string&) {
      mutex m;
      condition_variable changed;
      shared<bool> ready{false, "ready"};
      thread waits([&] {
        unique_lock lock{m};
        changed.wait(lock, [&] { return ready.get(); });
      });
      thread notifies([&] {
        unique_lock lock{m};
        ready.set(true);
        if (!while_locked) lock.unlock();
        changed.notify_one();
      });
      waits.join();
      notifies.join();
    });
    // Whose critical section is first. If it is the notifier's, there is no wait: notifying after the
    // unlock commutes with all of the other's steps.
    EXPECT_EQ(e.executions, 2u);
    EXPECT_EQ(e.violated, properties{});
  }
}

TEST(ConditionVariable, WhomNotifyOneWakesIsAChoice) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m;
    condition_variable changed;
    atomic<int> waiting{0};
    const auto waits = [&](int i) {
      unique_lock lock{m};
      ++waiting;
      changed.wait(lock);
      outcome += std::to_string(i);
    };
    thread first([&] { waits(0); });
    thread second([&] { waits(1); });
    await_equal(waiting, 2);
    m.lock();
    changed.notify_one();
    m.unlock();
    first.join();
    second.join();
  });
  // Who waits first (2), who is woken (2); the other waits for ever.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes, (outcomes{"0", "1"}));
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(ConditionVariable, NotifyAllWakesAll) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m;
    condition_variable changed;
    atomic<int> waiting{0};
    const auto waits = [&](int i) {
      unique_lock lock{m};
      ++waiting;
      changed.wait(lock);
      outcome += std::to_string(i);
    };
    thread first([&] { waits(0); });
    thread second([&] { waits(1); });
    await_equal(waiting, 2);
    m.lock();
    changed.notify_all();
    m.unlock();
    first.join();
    second.join();
  });
  // Who waits first (2), who has the mutex again first (2).
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes, (outcomes{"01", "10"}));
  EXPECT_EQ(e.violated, properties{});
}

TEST(ConditionVariable, WakesSpuriouslyWithinItsBudgetOnly) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m;
    condition_variable changed{spurious_wakeups{1}, "changed"};
    outcome = "before";
    unique_lock lock{m};
    changed.wait(lock);
    outcome = "woken once";
    changed.wait(lock);
    outcome = "woken twice";
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.outcomes, outcomes{"woken once"});
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(ConditionVariable, ASpuriousWakeupRacesWithTheNotification) {
  const auto e = enumerate([](std::string&) {
    mutex m;
    condition_variable changed{spurious_wakeups{1}};
    thread waits([&] {
      unique_lock lock{m};
      changed.wait(lock);
    });
    thread notifies([&] { changed.notify_one(); });
    waits.join();
    notifies.join();
  });
  // The notification before the wait, during it, or after the spurious wakeup.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(ConditionVariable, AWaitWithoutALoopFailsBySpuriousWakeups) {
  for (const unsigned budget : {0u, 1u}) {
    for (const bool loop : {false, true}) {
      const auto e = enumerate([&](std::string&) {
        mutex m;
        condition_variable changed{spurious_wakeups{budget}};
        shared<bool> ready{false};
        thread waits([&] {
          unique_lock lock{m};
          if (loop) {
            while (!ready.get()) changed.wait(lock);
          } else if (!ready.get()) {
            changed.wait(lock);
          }
          require("ready", ready.get());
        });
        thread notifies([&] {
          const lock_guard lock{m};
          ready.set(true);
          changed.notify_one();
        });
        waits.join();
        notifies.join();
      });
      EXPECT_EQ(e.violated, budget == 1 && !loop ? properties{"ready"} : properties{});
    }
  }
}

TEST(ConditionVariable, ATimeoutRacesWithTheNotification) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m;
    condition_variable changed;
    thread waits([&] {
      unique_lock lock{m};
      const bool timeout = changed.wait_for(lock, 3ms) == std::cv_status::timeout;
      outcome =
          (timeout ? "timeout " : "notified ") + shown(steady_clock::now().time_since_epoch());
    });
    thread notifies([&] { changed.notify_all(); });
    waits.join();
    notifies.join();
  });
  // The notification before the wait, during it, or after the timeout.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.outcomes, (outcomes{"timeout 3 ms", "notified 0 s"}));
  EXPECT_EQ(e.violated, properties{});
}

TEST(ConditionVariable, ATimedWaitMayEndInEachOfThreeWays) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m;
    condition_variable changed{spurious_wakeups{1}};
    unique_lock lock{m};
    const bool timeout =
        changed.wait_until(lock, steady_clock::time_point(1s)) == std::cv_status::timeout;
    outcome = (timeout ? "timeout " : "spurious ") + shown(steady_clock::now().time_since_epoch());
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"timeout 1 s", "spurious 0 s"}));
}

TEST(ConditionVariable, TimedWaitWithAPredicateTellsWhetherItHolds) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m;
    condition_variable changed;
    shared<bool> ready{false};
    thread waits([&] {
      unique_lock lock{m};
      outcome = changed.wait_for(lock, 1s, [&] { return ready.get(); }) ? "ready" : "given up";
    });
    thread notifies([&] {
      const lock_guard lock{m};
      ready.set(true);
      changed.notify_one();
    });
    waits.join();
    notifies.join();
  });
  // The notifier's critical section is first, and there is no wait; or it is second, and the timeout
  // comes before it, inside it before the notification, or not at all. The timeout inside finds the
  // predicate true once it has the mutex again, and so does a timeout before that loses the race for
  // the mutex.
  EXPECT_EQ(e.outcomes, (outcomes{"ready", "given up"}));
  EXPECT_EQ(e.violated, properties{});
}

TEST(ConditionVariable, ANotificationSynchronisesWithNothing) {
  const auto e = enumerate([](std::string&) {
    mutex m;
    condition_variable changed{spurious_wakeups{1}};
    shared<int> x{0, "x"};
    thread waits([&] {
      unique_lock lock{m};
      changed.wait(lock);
      x.get();
    });
    thread notifies([&] {
      x.set(1);
      changed.notify_one();
    });
    waits.join();
    notifies.join();
  });
  EXPECT_EQ(e.violated, properties{"no_data_race"});
}

TEST(ConditionVariable, WaitingWithoutTheMutexIsAViolation) {
  const auto e = enumerate([](std::string&) {
    mutex m;
    condition_variable changed;
    unique_lock lock{m, std::defer_lock};
    changed.wait(lock);
  });
  EXPECT_EQ(e.violated, properties{"wait_holds_mutex"});
}

TEST(ConditionVariable, TwoMutexesForOneConditionAreAViolation) {
  const auto e = enumerate([](std::string&) {
    mutex a;
    mutex b;
    condition_variable changed;
    thread one([&] {
      unique_lock lock{a};
      changed.wait_for(lock, 1s);
    });
    thread two([&] {
      unique_lock lock{b};
      changed.wait_for(lock, 1s);
    });
    one.join();
    two.join();
  });
  EXPECT_EQ(e.violated, properties{"one_mutex_per_condition"});
}

// [thread.condition.condvar]: "only all threads must have been notified".
TEST(ConditionVariable, MayBeDestroyedOnceAllHaveBeenNotified) {
  for (const bool timed : {false, true}) {
    const auto e = enumerate([&](std::string&) {
      mutex m;
      atomic<bool> waiting{false};
      auto changed = std::make_unique<condition_variable>("changed");
      thread waits([&] {
        unique_lock lock{m};
        waiting = true;
        if (timed) {
          changed->wait_until(lock, steady_clock::time_point(1s));
        } else {
          changed->wait(lock);
        }
      });
      await_equal(waiting, true);
      {
        const lock_guard lock{m};
        changed->notify_all();
      }
      changed.reset();
      waits.join();
    });
    EXPECT_EQ(e.violated, properties{});
  }
}

TEST(ConditionVariable, ATimeoutAfterItsDestructionIsAViolation) {
  const auto e = enumerate([](std::string&) {
    mutex m;
    atomic<bool> waiting{false};
    auto changed = std::make_unique<condition_variable>("changed");
    thread waits([&] {
      unique_lock lock{m};
      waiting = true;
      changed->wait_until(lock, steady_clock::time_point(1s));
    });
    await_equal(waiting, true);
    m.lock();
    m.unlock();
    changed.reset();
    waits.join();
  });
  // The timeout before the destruction, or after it.
  EXPECT_EQ(e.violated, properties{"no_use_after_destruction"});
}

TEST(ConditionVariable, WorksWithTheStandardsOwnLock) {
  const auto e = enumerate([](std::string&) {
    mutex m;
    condition_variable changed;
    shared<bool> ready{false};
    thread waits([&] {
      std::unique_lock<mutex> lock{m};
      changed.wait(lock, [&] { return ready.get(); });
    });
    thread notifies([&] {
      const std::lock_guard<mutex> lock{m};
      ready.set(true);
      changed.notify_one();
    });
    waits.join();
    notifies.join();
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.violated, properties{});
}

// A lock of the program's own, as condition_variable_any allows.
struct own_lock {
  mutex m;
  void lock() { m.lock(); }
  void unlock() { m.unlock(); }
};

struct standard_unique {
  using mutex_type = recursive_mutex;
  void operator()(mutex_type& m, auto body) const {
    std::unique_lock lock{m};
    body(lock);
  }
};

struct standard_shared {
  using mutex_type = shared_mutex;
  void operator()(mutex_type& m, auto body) const {
    std::shared_lock lock{m};
    body(lock);
  }
};

struct own_shared {
  using mutex_type = shared_timed_mutex;
  void operator()(mutex_type& m, auto body) const {
    shared_lock lock{m};
    body(lock);
  }
};

struct no_lock_object {
  using mutex_type = mutex;
  void operator()(mutex_type& m, auto body) const {
    m.lock();
    body(m);
    m.unlock();
  }
};

struct lock_of_the_program {
  using mutex_type = own_lock;
  void operator()(mutex_type& m, auto body) const {
    std::unique_lock lock{m};
    body(lock);
  }
};

TEST(ConditionVariableAny, WaitsWithAnyLock) {
  const auto check = [](auto make_lock) {
    const auto e = enumerate([&](std::string&) {
      using mutex_type = typename decltype(make_lock)::mutex_type;
      mutex_type m;
      condition_variable_any changed;
      shared<bool> ready{false};
      thread waits([&] {
        make_lock(m, [&](auto& lock) { changed.wait(lock, [&] { return ready.get(); }); });
      });
      thread notifies([&] {
        m.lock();
        ready.set(true);
        m.unlock();
        changed.notify_one();
      });
      waits.join();
      notifies.join();
    });
    EXPECT_EQ(e.violated, properties{});
  };
  check(standard_unique{});
  check(standard_shared{});
  check(own_shared{});
  check(no_lock_object{});
  check(lock_of_the_program{});
}

TEST(ConditionVariableAny, LetsARecursiveMutexGoByOneLevelOnly) {
  const auto e = enumerate([](std::string& outcome) {
    recursive_mutex m;
    condition_variable_any changed;
    thread waits([&] {
      m.lock();
      m.lock();
      changed.wait_for(m, 1s);
      m.unlock();
      m.unlock();
    });
    thread other([&] { outcome = m.try_lock() ? "free" : "held"; });
    waits.join();
    other.join();
  });
  EXPECT_EQ(e.outcomes, (outcomes{"free", "held"}));
  // The try_lock before the first lock leaves the mutex locked for good: a deadlock. It never finds
  // the mutex free during the wait: 3 executions, before, between and after.
  EXPECT_EQ(e.executions, 3u);
}

}  // namespace
}  // namespace norn
