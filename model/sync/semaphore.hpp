// Semaphores, in the shape of std::counting_semaphore and std::binary_semaphore (C++20
// [thread.sema.cnt]).
//
// Invariants: the object's word is the counter; every change of it writes the object, a try_acquire
// that fails reads it. The changes form a release sequence: an acquire synchronises with every
// release before it, as with a counter of read-modify-writes.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <string_view>

#include <norn/model/time/timer.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

namespace detail {

class semaphore {
 public:
  semaphore(std::ptrdiff_t desired, std::ptrdiff_t maximum, std::string_view label);

  void release(std::ptrdiff_t update, source_location where);
  void acquire(source_location where);
  bool try_acquire(source_location where);
  bool try_acquire(const timer& until, source_location where);

 private:
  void count(engine::point& p, std::ptrdiff_t by);

  const std::ptrdiff_t maximum_;
  std::ptrdiff_t counter_;
  engine::memory_object state_;
};

}  // namespace detail

template <std::ptrdiff_t LeastMaxValue = std::numeric_limits<std::ptrdiff_t>::max()>
class counting_semaphore {
  static_assert(LeastMaxValue >= 0);

 public:
  static constexpr std::ptrdiff_t max() noexcept { return LeastMaxValue; }

  // Requires: 0 ≤ desired ≤ max(); `semaphore_within_maximum` is violated otherwise.
  explicit counting_semaphore(std::ptrdiff_t desired, std::string_view label = {})
      : state_(desired, LeastMaxValue, label) {}
  counting_semaphore(const counting_semaphore&) = delete;
  counting_semaphore& operator=(const counting_semaphore&) = delete;

  // Adds to the counter. A scheduling point. Above max() (or by less than 0), it violates
  // `semaphore_within_maximum` and does nothing.
  void release(std::ptrdiff_t update = 1, source_location where = source_location::current()) {
    state_.release(update, where);
  }

  // Waits until the counter is above 0, and takes one. A scheduling point.
  void acquire(source_location where = source_location::current()) { state_.acquire(where); }

  // Takes one if the counter is above 0; never fails spuriously. A scheduling point.
  bool try_acquire(source_location where = source_location::current()) {
    return state_.try_acquire(where);
  }

  // Takes one, or returns false: if there is none when this step is scheduled, the virtual clock has
  // reached the deadline. A scheduling point, and one more to read the clock.
  template <class Rep, class Period>
  bool try_acquire_for(const std::chrono::duration<Rep, Period>& duration,
                       source_location where = source_location::current()) {
    return state_.try_acquire(timer::after(duration, where), where);
  }

  // The same with a deadline that is known already. A scheduling point.
  template <class Clock, class Duration>
  bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& deadline,
                         source_location where = source_location::current()) {
    return state_.try_acquire(timer::at(deadline), where);
  }

 private:
  detail::semaphore state_;
};

using binary_semaphore = counting_semaphore<1>;

}  // namespace norn
