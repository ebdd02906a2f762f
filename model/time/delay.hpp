// Delay: how long a live thread may take for a step, in timed mode (strategy timed). Age-based locks rest on it: that a
// lock file of a certain age is stale says that its owner, were it alive, would have been done.
#pragma once

#include <chrono>

#include <norn/model/time/clock.hpp>

namespace norn {

namespace detail {
void bound_delay(std::chrono::nanoseconds most);
}

// From here on each operation happens within so much time from when it can: any moment of it, 0 included. Timers are
// late by as much; `work` takes what it says. In asynchronous time there is no such bound, and this changes nothing.
// Not a scheduling point. Misuse where the duration is below 0, or another thread runs already.
template <class Rep, class Period>
void each_step_takes_at_most(const std::chrono::duration<Rep, Period>& most) {
  detail::bound_delay(to_nanoseconds(most));
}

}  // namespace norn
