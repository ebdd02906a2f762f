// Timed mutex, in the shape of std::timed_mutex (C++20 [thread.timedmutex.class]). Works with the
// standard's lock types and with those of model/sync/lock.hpp.
#pragma once

#include <chrono>
#include <string_view>

#include <norn/model/sync/exclusive_gate.hpp>
#include <norn/model/time/timer.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn {

class timed_mutex {
 public:
  explicit timed_mutex(std::string_view label = {}) : gate_("timed_mutex", label) {}

  // Waits until no thread owns the mutex, and owns it. A scheduling point. Locking a mutex that the
  // caller owns is undefined in C++; here it violates `no_double_lock`, whichever way it is tried.
  void lock(source_location where = source_location::current()) { gate_.lock(where); }

  // Owns the mutex if no thread does; never fails spuriously. A scheduling point.
  bool try_lock(source_location where = source_location::current()) {
    return gate_.try_lock(where);
  }

  // Owns the mutex, or returns false: if another thread holds it when this step is scheduled, the
  // virtual clock has reached the deadline. A scheduling point, and one more to read the clock.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& duration,
                    source_location where = source_location::current()) {
    return gate_.try_lock(timer::after(duration, where), where);
  }

  // The same with a deadline that is known already. A scheduling point.
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline,
                      source_location where = source_location::current()) {
    return gate_.try_lock(timer::at(deadline), where);
  }

  // A scheduling point. By a thread that does not own the mutex, violates `unlock_by_owner`.
  void unlock(source_location where = source_location::current()) { gate_.unlock(where); }

  // Whether the calling thread owns it. Not a scheduling point.
  bool owned_by_caller() const { return gate_.owned_by_caller(); }

  // For other models: the unlock as a part of their operation, and the object that it touches.
  void unlock_in(engine::point& p) { gate_.unlock_in(p); }
  const engine::object& state() const { return gate_.state(); }

 private:
  detail::exclusive_gate gate_;
};

}  // namespace norn
