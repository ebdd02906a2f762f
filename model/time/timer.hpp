// Timer: the point in virtual time at which an operation gives up waiting. Every timed operation of
// the model (try_lock_for, wait_until, try_acquire_for, sleep_for) is given one.
#pragma once

#include <chrono>
#include <type_traits>

#include <norn/model/time/clock.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

class timer {
 public:
  // Does not fire.
  static timer never() { return timer(kind::never, {}, 0, {}); }

  // Fires `delay` from now, rounded up. Takes the time, which is a scheduling point; a delay that is
  // not positive has expired already, whatever the clock says, and takes no step.
  template <class Rep, class Period>
  static timer after(const std::chrono::duration<Rep, Period>& delay, source_location where) {
    return after_nanoseconds(to_nanoseconds(delay), where);
  }

  // Fires at the given time of the virtual clock. Not a scheduling point.
  template <class Clock, class Duration>
  static timer at(const std::chrono::time_point<Clock, Duration>& deadline) {
    static_assert(
        std::is_same_v<Clock, steady_clock>,
        "a deadline in a model is a time of norn::steady_clock: a real clock differs from "
        "run to run");
    const std::chrono::nanoseconds time = to_nanoseconds(deadline.time_since_epoch());
    return timer(kind::at, time, 0, time);
  }

  bool exists() const { return kind_ != kind::never; }

  // For the operation that gives up: when that may happen in timed mode. `sooner`: it need not wait for the
  // timer where that is open. Requires: the timer exists.
  engine::timing timing(engine::guard sooner = {}) const;

  // The operation timed out: the clock has reached the deadline. An update of the clock.
  void fire(engine::point& p) const;
  // The accesses of `fire` without its effect (see virtual_clock::touch).
  void touch(engine::point& p) const;
  // Announces them, of an operation that times out or does not.
  void may_fire(engine::point& p) const;

 private:
  enum class kind { never, expired, at };

  timer(kind k, std::chrono::nanoseconds deadline, engine::timing::moment since,
        std::chrono::nanoseconds delay)
      : kind_(k), deadline_(deadline), since_(since), delay_(delay) {}
  static timer after_nanoseconds(std::chrono::nanoseconds delay, source_location where);

  kind kind_;
  std::chrono::nanoseconds deadline_;
  // The same in terms of events, for timed mode.
  engine::timing::moment since_;
  std::chrono::nanoseconds delay_;
};

}  // namespace norn
