// Sleep, in the shape of std::this_thread (C++20 [thread.thread.this]), on the virtual clock. A
// sleeping thread may wake at any time from its deadline on; that other threads run meanwhile is
// possible and never certain.
#pragma once

#include <chrono>

#include <norn/model/time/timer.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn {

namespace detail {
void sleep(const timer& until, source_location where);
}

namespace this_thread {

// Two scheduling points: reading the clock, and waking. None if the duration is not positive.
template <class Rep, class Period>
void sleep_for(const std::chrono::duration<Rep, Period>& duration,
               source_location where = source_location::current()) {
  if (duration > duration.zero()) detail::sleep(timer::after(duration, where), where);
}

// One scheduling point: waking.
template <class Clock, class Duration>
void sleep_until(const std::chrono::time_point<Clock, Duration>& deadline,
                 source_location where = source_location::current()) {
  detail::sleep(timer::at(deadline), where);
}

}  // namespace this_thread

}  // namespace norn
