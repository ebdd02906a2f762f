// Timing: when an operation may happen, for a search in timed mode (strategy/timed.hpp). Times are those of
// events; every other search passes over them, for in asynchronous time a thread may be arbitrarily slow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <norn/scheduler/trace/operation.hpp>

namespace norn::engine {

struct timing {
  // The time of an event: of the first, the second, …; 0 is the time at which the execution starts.
  using moment = std::size_t;
  // The time at which the operation is announced.
  static constexpr moment announcement = std::numeric_limits<moment>::max();

  enum class rule : std::uint8_t {
    at_once,   // as an operation without timing
    lasts,     // from `earliest` to `latest` after `since`, each moment of it
    deadline,  // as soon as `sooner` is open; otherwise `earliest` after `since`
    whenever,  // as soon as `sooner` is open; otherwise at any time
    // The same, and of two alternatives the first is taken from `earliest` after `since` on only.
    whenever_or_deadline,
    // At once. Of two alternatives, the first says that `since` is at most `earliest` ago, the second that more
    // time has passed.
    compares_age,
  };

  rule by = rule::at_once;
  moment since = announcement;
  std::int64_t earliest = 0;  // nanoseconds
  std::int64_t latest = 0;
  guard sooner = {};
  bool remembered = false;  // the timing of later operations may refer to the time of its event
};

}  // namespace norn::engine
