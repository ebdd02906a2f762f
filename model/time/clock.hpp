// Clock: virtual time. Nothing measures it and nothing makes it pass but timers: a timer may fire at
// any time from its deadline on, in any order relative to the steps of other threads, and firing
// moves the clock to the deadline if it was not there yet. A thread may therefore be arbitrarily slow
// (the asynchronous mode of time), and no property is ever saved by a timeout being long.
//
// Invariant: the clock never goes back. Timers commute: the latest deadline wins in whatever order
// they fire, so advancing is an update and not a write. Reading the clock is a step that depends on
// every timer that fires.
//
// The clock is observed lazily (point.hpp). As long as nothing reads it, it does not matter what it shows, and timers
// with relative delays are independent of one another and of all else
// (docs/decisions/0018-the-clock-is-observed-lazily.md).
//
// In timed mode (strategy timed) a timer fires at its deadline, and the clock shows what time it is
// (docs/decisions/0020-timed-mode.md).
#pragma once

#include <chrono>
#include <cmath>
#include <limits>
#include <string>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

// The clock of the execution; it starts at 0.
class virtual_clock {
 public:
  static virtual_clock& of_execution();

  // The time. A scheduling point; inside the predicate of `always`, none.
  std::chrono::nanoseconds now(source_location where = source_location::current()) const;

  // For models: the time as part of a step, and as part of a predicate of `always`.
  std::chrono::nanoseconds read(engine::point& p) const;
  std::chrono::nanoseconds observed() const;

  // For models: the deadline of a timer with a relative delay, which shows in the clock alone. A scheduling point.
  std::chrono::nanoseconds after(std::chrono::nanoseconds delay, source_location where) const;
  // The same as part of a step.
  std::chrono::nanoseconds after(engine::point& p, std::chrono::nanoseconds delay) const;

  // For operations that end with a timeout: the clock shows `deadline` or later from here on.
  void advance_to(engine::point& p, std::chrono::nanoseconds deadline);
  // The same access without a change, for an alternative that must look like a timeout.
  void touch(engine::point& p) const;
  // Announces that access.
  void may_touch(engine::point& p) const;

  // In timed mode: an operation takes a time from an interval. From here on the clock shows a lower bound, and to
  // read it is misuse.
  void become_inexact() { exact_ = false; }
  bool is_exact() const { return exact_; }
  std::chrono::nanoseconds shows() const { return now_; }
  // What the clock shows as part of a step, exact or not.
  std::chrono::nanoseconds lower_bound(engine::point& p) const;

  const engine::object& state() const { return state_; }

 private:
  void refuse_where_inexact() const;

  engine::object state_{"clock"};
  std::chrono::nanoseconds now_{0};
  bool exact_ = true;
};

// The virtual clock in the shape of std::chrono::steady_clock (C++20 [time.clock.steady]).
struct steady_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<steady_clock>;
  static constexpr bool is_steady = true;

  // A scheduling point; inside the predicate of `always`, none.
  static time_point now(source_location where = source_location::current()) {
    return time_point(virtual_clock::of_execution().now(where));
  }
};

// Rounded up, because a timer never fires early; a duration out of range becomes the nearest in range.
template <class Rep, class Period>
std::chrono::nanoseconds to_nanoseconds(const std::chrono::duration<Rep, Period>& d) {
  using limits = std::numeric_limits<std::chrono::nanoseconds::rep>;
  const long double exact = std::ceil(std::chrono::duration<long double, std::nano>(d).count());
  if (exact >= static_cast<long double>(limits::max())) return std::chrono::nanoseconds::max();
  if (!(exact > static_cast<long double>(limits::min()))) return std::chrono::nanoseconds::min();
  return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(exact));
}

// The sum; out of range, the nearest in range.
std::chrono::nanoseconds saturated_sum(std::chrono::nanoseconds a, std::chrono::nanoseconds b);

// "10 ms": in the largest unit that is exact.
std::string shown(std::chrono::nanoseconds d);

}  // namespace norn
