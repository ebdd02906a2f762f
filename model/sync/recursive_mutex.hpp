// Recursive mutexes, in the shape of std::recursive_mutex and std::recursive_timed_mutex (C++20
// [thread.mutex.recursive], [thread.timedmutex.recursive]). Work with the standard's lock types and
// with those of model/sync/lock.hpp.
#pragma once

#include <chrono>
#include <string_view>

#include <norn/model/sync/exclusive_gate.hpp>
#include <norn/model/time/timer.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn {

class recursive_mutex {
 public:
  // The standard leaves the number of levels open; more than this violates
  // `recursive_depth_within_maximum`.
  static constexpr unsigned maximum_depth = 1000;

  explicit recursive_mutex(std::string_view label = {}) : gate_("recursive_mutex", label) {}

  // Owns the mutex, one level deeper if the caller owns it already; waits while another thread owns
  // it. A scheduling point. Only the first level is seen by other threads.
  void lock(source_location where = source_location::current());

  // The same without waiting; never fails spuriously. A scheduling point.
  bool try_lock(source_location where = source_location::current());

  // One level up; the mutex is free after the last. A scheduling point. By a thread that does not own
  // the mutex, violates `unlock_by_owner`.
  void unlock(source_location where = source_location::current());

  // Whether the calling thread owns it. Not a scheduling point.
  bool owned_by_caller() const { return gate_.owned_by_caller(); }

  // For other models: the unlock as a part of their operation, and the object that it touches.
  void unlock_in(engine::point& p);
  const engine::object& state() const { return gate_.state(); }

 protected:
  recursive_mutex(const char* type, std::string_view label) : gate_(type, label) {}

  bool try_lock(const timer& until, source_location where);

 private:
  void lock_again(const engine::operation_kind& kind, source_location where);

  detail::exclusive_gate gate_;
  unsigned depth_ = 0;  // of the owner, who alone looks at it
};

class recursive_timed_mutex : public recursive_mutex {
 public:
  explicit recursive_timed_mutex(std::string_view label = {})
      : recursive_mutex("recursive_timed_mutex", label) {}

  // Owns the mutex, or returns false: if another thread holds it when this step is scheduled, the
  // virtual clock has reached the deadline. A scheduling point, and one more to read the clock.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& duration,
                    source_location where = source_location::current()) {
    return recursive_mutex::try_lock(timer::after(duration, where), where);
  }

  // The same with a deadline that is known already. A scheduling point.
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline,
                      source_location where = source_location::current()) {
    return recursive_mutex::try_lock(timer::at(deadline), where);
  }
};

}  // namespace norn
