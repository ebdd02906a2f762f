// Moment: a time that can be asked how long ago it was. In timed mode that needs no clock that is a number: where
// operations take times from intervals, both answers come that some of these times give, and what follows keeps to
// them. In asynchronous time more time may always have passed than the clock shows.
#pragma once

#include <chrono>

#include <norn/model/time/clock.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/trace/timing.hpp>

namespace norn {

class moment {
 public:
  // The present. A scheduling point.
  static moment now(source_location where = source_location::current());

  // Whether more time has passed since. A scheduling point.
  template <class Rep, class Period>
  bool is_older_than(const std::chrono::duration<Rep, Period>& age,
                     source_location where = source_location::current()) const {
    return is_older(to_nanoseconds(age), where);
  }

 private:
  moment(std::chrono::nanoseconds time, engine::timing::moment event)
      : time_(time), event_(event) {}

  bool is_older(std::chrono::nanoseconds than, source_location where) const;

  std::chrono::nanoseconds time_;  // as the clock shows it
  engine::timing::moment event_;
};

}  // namespace norn
