// Worlds: the objects of each model of synchronisation and operations on them, by number, for tests
// that run random programs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/fence.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/barrier.hpp>
#include <norn/model/sync/call_once.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/latch.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/recursive_mutex.hpp>
#include <norn/model/sync/semaphore.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>
#include <norn/model/time/sleep.hpp>

#include "commutation.hpp"

namespace norn::reference {

using namespace std::chrono_literals;

// A world has the objects, and `perform`: one operation, by number, and what it returned. Operations
// take no care to be used rightly: that misuse is reported in both orders is part of the rule.
template <class World>
commutation_subject subject() {
  commutation_subject s;
  s.operations = World::operations;
  s.run = [](const operation_lists& lists, const auto& result) {
    World world;
    std::vector<thread> threads;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      threads.emplace_back([&, i] {
        for (const int operation : lists[i]) result(i, world.perform(operation));
      });
    }
    for (thread& t : threads) t.join();
  };
  return s;
}

inline std::string text(bool b) { return b ? "true" : "false"; }
inline std::string text(int i) { return std::to_string(i); }
inline const std::string nothing = "-";

struct exclusive_world {
  static constexpr int operations = 12;
  mutex plain;
  timed_mutex timed;
  recursive_timed_mutex recursive;

  std::string perform(int operation) {
    switch (operation) {
      case 0:
        return plain.lock(), nothing;
      case 1:
        return plain.unlock(), nothing;
      case 2:
        return text(plain.try_lock());
      case 3:
        return timed.lock(), nothing;
      case 4:
        return timed.unlock(), nothing;
      case 5:
        return text(timed.try_lock());
      case 6:
        return text(timed.try_lock_for(1ms));
      case 7:
        return recursive.lock(), nothing;
      case 8:
        return recursive.unlock(), nothing;
      case 9:
        return text(recursive.try_lock());
      case 10:
        return text(recursive.try_lock_for(2ms));
      default:
        return shown(steady_clock::now().time_since_epoch());
    }
  }
};

struct shared_world {
  static constexpr int operations = 9;
  shared_timed_mutex m;

  std::string perform(int operation) {
    switch (operation) {
      case 0:
        return m.lock(), nothing;
      case 1:
        return m.unlock(), nothing;
      case 2:
        return text(m.try_lock());
      case 3:
        return m.lock_shared(), nothing;
      case 4:
        return m.unlock_shared(), nothing;
      case 5:
        return text(m.try_lock_shared());
      case 6:
        return text(m.try_lock_for(1ms));
      case 7:
        return text(m.try_lock_shared_for(2ms));
      default:
        return shown(steady_clock::now().time_since_epoch());
    }
  }
};

struct condition_world {
  static constexpr int operations = 8;
  mutex m;
  mutex other;
  condition_variable plain;
  condition_variable spurious{spurious_wakeups{1}};
  condition_variable_any any;

  std::string perform(int operation) {
    switch (operation) {
      case 0: {
        unique_lock lock{m};
        return plain.wait(lock), nothing;
      }
      case 1: {
        unique_lock lock{m};
        return text(plain.wait_for(lock, 1ms) == std::cv_status::timeout);
      }
      case 2: {
        unique_lock lock{m};
        return text(spurious.wait_for(lock, 2ms) == std::cv_status::timeout);
      }
      case 3: {
        unique_lock lock{other};
        return spurious.wait(lock), nothing;
      }
      case 4: {
        const lock_guard lock{other};
        return any.wait(other), nothing;
      }
      case 5:
        return plain.notify_one(), spurious.notify_all(), any.notify_one(), nothing;
      case 6:
        return plain.notify_all(), spurious.notify_one(), any.notify_all(), nothing;
      default:
        return shown(steady_clock::now().time_since_epoch());
    }
  }
};

struct counting_world {
  static constexpr int operations = 13;
  counting_semaphore<2> free{1};
  latch ready{3};
  barrier<> phase{2};
  shared<int> sum{0};
  barrier<std::function<void()>> completing{2, [this] { sum.set(1); }};
  once_flag flag;

  std::string perform(int operation) {
    switch (operation) {
      case 0:
        return free.acquire(), nothing;
      case 1:
        return text(free.try_acquire());
      case 2:
        return text(free.try_acquire_for(1ms));
      case 3:
        return free.release(), nothing;
      case 4:
        return ready.count_down(), nothing;
      case 5:
        return text(ready.try_wait());
      case 6:
        return ready.wait(), nothing;
      case 7:
        return phase.arrive_and_wait(), nothing;
      case 8:
        return static_cast<void>(phase.arrive()), nothing;
      case 9:
        return phase.arrive_and_drop(), nothing;
      case 10:
        return completing.arrive_and_wait(), nothing;
      case 11:
        return call_once(flag, [this] { sum.get(); }), nothing;
      default:
        return text(sum.get());
    }
  }
};

struct atomic_world {
  static constexpr int operations = 13;
  atomic<int> x{0};
  atomic<int> y{0};

  std::string perform(int operation) {
    switch (operation) {
      case 0:
        return text(x.load());
      case 1:
        return text(y.load(memory_order_relaxed));
      case 2:
        return x.store(1), nothing;
      case 3:
        return y.store(0, memory_order_release), nothing;
      case 4:
        return text(x.fetch_add(1));
      case 5: {
        int expected = 1;
        return text(x.compare_exchange_strong(expected, 0));
      }
      case 6:
        return text(y.exchange(2));
      case 7:
        return x.wait(0), nothing;
      case 8:
        return x.notify_one(), nothing;
      case 9:
        return x.notify_all(), nothing;
      case 10:
        return text(await_not_equal(x, 0));
      case 11:
        return text(await(y, std::less<int>{}, 2));
      default:
        return norn::atomic_thread_fence(memory_order_seq_cst), nothing;
    }
  }
};

struct clock_world {
  static constexpr int operations = 4;

  std::string perform(int operation) {
    switch (operation) {
      case 0:
        return this_thread::sleep_for(1ms), nothing;
      case 1:
        return this_thread::sleep_for(3ms), nothing;
      case 2:
        return this_thread::sleep_until(steady_clock::time_point(2ms)), nothing;
      default:
        return shown(steady_clock::now().time_since_epoch());
    }
  }
};

}  // namespace norn::reference
