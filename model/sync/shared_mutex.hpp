// Shared mutexes, in the shape of std::shared_mutex and std::shared_timed_mutex (C++20
// [thread.sharedmutex.class], [thread.sharedtimedmutex.class]). Work with the standard's lock types
// and with those of model/sync/lock.hpp. Neither readers nor writers are preferred.
//
// The search takes the shared locks and unlocks of one mutex in every order, as if they could be told
// apart: n of them by as many threads are n! orders. (Were they to commute, no single event would be
// the first on the gate, on which the search rests.) What happens before what is exact: one reader's
// unlock does not synchronise with another reader's lock ([thread.sharedmutex.requirements]).
//
// Invariants: the object's word is the owner's identity + 1, or 0, in its lower half and the number of
// readers in its upper half, never both. Taking, leaving and misuse write the object; failing to take it
// reads it while it has an owner.
#pragma once

#include <chrono>
#include <string_view>

#include <norn/model/time/timer.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/base/thread_set.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

class shared_mutex {
 public:
  explicit shared_mutex(std::string_view label = {}) : shared_mutex("shared_mutex", label) {}

  // Waits until no thread holds the mutex in any mode, and owns it. A scheduling point. Locking, in
  // any way, a mutex that the caller holds in either mode violates `no_double_lock`.
  void lock(source_location where = source_location::current());

  // The same without waiting; never fails spuriously. A scheduling point.
  bool try_lock(source_location where = source_location::current());

  // A scheduling point. By a thread that is not the owner, violates `unlock_by_owner`.
  void unlock(source_location where = source_location::current());

  // Waits until no thread owns the mutex, and shares it. A scheduling point.
  void lock_shared(source_location where = source_location::current());

  // The same without waiting; never fails spuriously. A scheduling point.
  bool try_lock_shared(source_location where = source_location::current());

  // A scheduling point. By a thread that does not share the mutex, violates `unlock_by_owner`.
  void unlock_shared(source_location where = source_location::current());

  // Whether the calling thread owns it, or shares it. Not a scheduling point.
  bool owned_by_caller() const { return owner_ == engine::this_thread_id(); }
  bool shared_by_caller() const { return readers_.contains(engine::this_thread_id()); }

  // For other models: the unlock as a part of their operation, and the object that it touches.
  void unlock_in(engine::point& p);
  void unlock_shared_in(engine::point& p);
  const engine::object& state() const { return state_; }

 protected:
  shared_mutex(const char* type, std::string_view label)
      : state_(type, label), readers_left_(type, label) {}

  bool try_lock(const timer& until, source_location where);
  bool try_lock_shared(const timer& until, source_location where);

 private:
  bool free() const { return owner_ == engine::no_thread && readers_.empty(); }
  void take(engine::point& p);
  void take_shared(engine::point& p);
  void find_taken(engine::point& p) const;
  void publish(engine::point& p);
  void refuse_second_lock(const engine::operation_kind& kind, source_location where);

  engine::memory_object state_;
  engine::memory_object
      readers_left_;  // only what readers have released: acquired by the next owner
  engine::thread_id owner_ = engine::no_thread;
  engine::thread_set readers_;
};

class shared_timed_mutex : public shared_mutex {
 public:
  explicit shared_timed_mutex(std::string_view label = {})
      : shared_mutex("shared_timed_mutex", label) {}

  // Holds the mutex, or returns false: if it cannot be had when this step is scheduled, the virtual
  // clock has reached the deadline. A scheduling point, and one more to read the clock for `…_for`.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& duration,
                    source_location where = source_location::current()) {
    return shared_mutex::try_lock(timer::after(duration, where), where);
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline,
                      source_location where = source_location::current()) {
    return shared_mutex::try_lock(timer::at(deadline), where);
  }
  template <class Rep, class Period>
  bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& duration,
                           source_location where = source_location::current()) {
    return shared_mutex::try_lock_shared(timer::after(duration, where), where);
  }
  template <class Clock, class Duration>
  bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& deadline,
                             source_location where = source_location::current()) {
    return shared_mutex::try_lock_shared(timer::at(deadline), where);
  }
};

}  // namespace norn
