// Work: the running thread is busy for a time that is known. In timed mode (strategy timed) it goes on when exactly
// that time has passed, or at any moment of an interval; otherwise at any time from then on, as after a sleep.
//
//   norn::work(5ms);
//   norn::work(norn::between(30ms, 40ms));
#pragma once

#include <chrono>

#include <norn/model/time/clock.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn {

struct duration_interval {
  std::chrono::nanoseconds least;
  std::chrono::nanoseconds most;
};

// Both ends belong to it.
template <class Rep1, class Period1, class Rep2, class Period2>
duration_interval between(const std::chrono::duration<Rep1, Period1>& least,
                          const std::chrono::duration<Rep2, Period2>& most) {
  return {to_nanoseconds(least), to_nanoseconds(most)};
}

// Two scheduling points: the beginning, and the end; one, if it may take no time. Misuse where a duration is below 0, or
// the interval ends before it begins.
void work(const duration_interval& takes, source_location where = source_location::current());

template <class Rep, class Period>
void work(const std::chrono::duration<Rep, Period>& takes,
          source_location where = source_location::current()) {
  work(between(takes, takes), where);
}

}  // namespace norn
