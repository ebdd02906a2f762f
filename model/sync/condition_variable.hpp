// Condition variables, in the shape of std::condition_variable and std::condition_variable_any
// (C++20 [thread.condition]).
//
// A wait is three steps, as the standard has it ([thread.condition.general]): "wait" lets go of the
// mutex and joins the queue, "wake" leaves it, "lock" takes the mutex again. All operations on one
// condition depend on one another. Whom notify_one wakes is a choice of the search. What a thread did
// before it notified does not happen before the return from the wait; only the mutex orders it.
//
//   std::unique_lock lock{mutex};
//   ready.wait(lock, [&] { return done.get(); });
#pragma once

#include <chrono>
#include <concepts>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <type_traits>
#include <vector>

#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/waiter.hpp>
#include <norn/model/time/timer.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

// How often the waits of each thread on one condition may end without a notification. 0, the default:
// they do not, which hides the bugs of a wait that is not in a loop. The budget is each thread's own,
// so that threads do not depend on one another through it.
struct spurious_wakeups {
  unsigned per_thread = 1;
};

namespace detail {

// What a wait lets go of and takes again. A lock of Norn's lets go in the very step in which the wait
// begins; of any other type, in the step after it, which lets a notification in between wake the
// thread before it has let go.
template <class Mutex>
struct exclusive_hold {
  Mutex& mutex;

  static constexpr bool in_one_step = requires(Mutex & m, engine::point& p) { m.unlock_in(p); };
  void unlock_in(engine::point& p) { mutex.unlock_in(p); }
  void unlock() { mutex.unlock(); }
  void lock(source_location where) {
    if constexpr (requires { mutex.lock(where); }) {
      mutex.lock(where);
    } else {
      mutex.lock();
    }
  }
};

template <class Mutex>
struct shared_hold {
  Mutex& mutex;

  static constexpr bool in_one_step = requires(Mutex & m, engine::point& p) {
    m.unlock_shared_in(p);
  };
  void unlock_in(engine::point& p) { mutex.unlock_shared_in(p); }
  void unlock() { mutex.unlock_shared(); }
  void lock(source_location where) {
    if constexpr (requires { mutex.lock_shared(where); }) {
      mutex.lock_shared(where);
    } else {
      mutex.lock_shared();
    }
  }
};

// Taken by pointer, so that classes derived from the standard's locks are found too.
template <class Mutex>
auto hold_of_standard(std::unique_lock<Mutex>* lock) {
  return exclusive_hold<Mutex>{*lock->mutex()};
}
template <class Mutex>
auto hold_of_standard(std::shared_lock<Mutex>* lock) {
  return shared_hold<Mutex>{*lock->mutex()};
}
template <class Lock>
auto hold_of(Lock& lock) {
  if constexpr (requires { hold_of_standard(&lock); }) {
    return hold_of_standard(&lock);
  } else {
    return exclusive_hold<Lock>{lock};
  }
}

template <class Lock>
bool is_held(const Lock& lock) {
  if constexpr (requires { lock.owns_lock(); }) {
    return lock.owns_lock();
  } else if constexpr (requires { lock.owned_by_caller(); }) {
    return lock.owned_by_caller();
  } else {
    return true;
  }
}

inline constexpr engine::operation_kind wait_kind{"wait"};

// What both condition variables are: a queue of threads, and an object that all operations touch.
class condition {
 public:
  condition(const char* type, bool one_mutex, spurious_wakeups budget, std::string_view label)
      : one_mutex_(one_mutex), budget_(budget), state_(type, label) {}

  void notify_one(source_location where);
  void notify_all(source_location where);

  template <class Lock>
  std::cv_status wait(Lock& lock, const timer& until, source_location where) {
    if (!is_held(lock)) refuse_unheld(where);
    auto hold = hold_of(lock);
    const pending_wait self = [&] {
      engine::point p{wait_kind, state_, where};
      if constexpr (decltype(hold)::in_one_step) hold.unlock_in(p);
      return enqueue(p, &hold.mutex);
    }();
    if constexpr (!decltype(hold)::in_one_step) hold.unlock();
    const std::cv_status status = wake(self, until, where);
    hold.lock(where);
    return status;
  }

 private:
  struct spent {
    engine::thread_id thread;
    unsigned wakeups;
  };

  [[noreturn]] void refuse_unheld(source_location where);
  pending_wait enqueue(engine::point& p, const void* mutex);
  std::cv_status wake(const pending_wait& self, const timer& until, source_location where);
  bool may_wake_spuriously(engine::thread_id t) const;
  void spend_wakeup(engine::thread_id t);

  wait_queue waiting_;
  const bool one_mutex_;
  const spurious_wakeups budget_;
  std::vector<spent> spent_;  // a thread looks at its own entry only
  engine::memory_object state_;
};

struct accepts_mutex {
  static constexpr const char* type = "condition_variable";
  static constexpr bool one_mutex = true;
  template <class Lock>
  static constexpr bool accepts = std::is_base_of_v<std::unique_lock<mutex>, Lock>;
};

struct accepts_any {
  static constexpr const char* type = "condition_variable_any";
  static constexpr bool one_mutex = false;
  template <class Lock>
  static constexpr bool accepts = true;
};

template <class Accepts>
class basic_condition_variable {
 public:
  explicit basic_condition_variable(std::string_view label = {})
      : basic_condition_variable(spurious_wakeups{0}, label) {}
  explicit basic_condition_variable(spurious_wakeups budget, std::string_view label = {})
      : condition_(Accepts::type, Accepts::one_mutex, budget, label) {}

  // Ends the wait of one waiting thread; each of them is tried by an exhaustive search. Nothing
  // happens, and nothing is remembered, if none waits. A scheduling point.
  void notify_one(source_location where = source_location::current()) {
    condition_.notify_one(where);
  }

  // Ends the wait of every waiting thread. A scheduling point.
  void notify_all(source_location where = source_location::current()) {
    condition_.notify_all(where);
  }

  // Waits until notified: three scheduling points, "wait", "wake" and the lock's own. Without the
  // lock it violates `wait_holds_mutex`. On a condition_variable, a mutex other than that of the
  // threads already waiting violates `one_mutex_per_condition` ([thread.condition.condvar]).
  template <class Lock>
    requires(Accepts::template accepts<Lock>)
  void wait(Lock& lock, source_location where = source_location::current()) {
    condition_.wait(lock, timer::never(), where);
  }

  // `while (!holds()) wait(lock)`.
  template <class Lock, std::predicate Predicate>
    requires(Accepts::template accepts<Lock>)
  void wait(Lock& lock, Predicate holds, source_location where = source_location::current()) {
    while (!holds()) wait(lock, where);
  }

  // Waits until notified or until the virtual clock may have reached the deadline, which it may at
  // any time (model/time/clock.hpp): whether a thread that could be notified times out instead is
  // tried both ways. The timeout moves the clock.
  template <class Lock, class Duration>
    requires(Accepts::template accepts<Lock>)
  std::cv_status wait_until(Lock& lock,
                            const std::chrono::time_point<steady_clock, Duration>& deadline,
                            source_location where = source_location::current()) {
    return condition_.wait(lock, timer::at(deadline), where);
  }

  template <class Lock, class Duration, std::predicate Predicate>
    requires(Accepts::template accepts<Lock>)
  bool wait_until(Lock& lock, const std::chrono::time_point<steady_clock, Duration>& deadline,
                  Predicate holds, source_location where = source_location::current()) {
    return wait_for_predicate(lock, timer::at(deadline), holds, where);
  }

  // The deadline is `duration` from now: reading the clock is a scheduling point before the wait.
  template <class Lock, class Rep, class Period>
    requires(Accepts::template accepts<Lock>)
  std::cv_status wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& duration,
                          source_location where = source_location::current()) {
    return condition_.wait(lock, timer::after(duration, where), where);
  }

  template <class Lock, class Rep, class Period, std::predicate Predicate>
    requires(Accepts::template accepts<Lock>)
  bool wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& duration, Predicate holds,
                source_location where = source_location::current()) {
    return wait_for_predicate(lock, timer::after(duration, where), holds, where);
  }

 private:
  template <class Lock, class Predicate>
  bool wait_for_predicate(Lock& lock, const timer& until, Predicate& holds, source_location where) {
    while (!holds()) {
      if (condition_.wait(lock, until, where) == std::cv_status::timeout) return holds();
    }
    return true;
  }

  condition condition_;
};

}  // namespace detail

// Waits with std::unique_lock<norn::mutex>.
class condition_variable : public detail::basic_condition_variable<detail::accepts_mutex> {
 public:
  using basic_condition_variable::basic_condition_variable;
};

// Waits with any lock: std::unique_lock or std::shared_lock of any of Norn's mutexes, such a mutex
// itself, or a type of the program's own with lock() and unlock().
class condition_variable_any : public detail::basic_condition_variable<detail::accepts_any> {
 public:
  using basic_condition_variable::basic_condition_variable;
};

}  // namespace norn
