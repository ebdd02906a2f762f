// Wall clock: the time of day, as a host has it. It goes with virtual time (clock.hpp), and it may be set:
// by a program, or by the environment, as when time is fetched from the network or an operator corrects it.
// Two hosts' clocks agree until then.
//
//   norn::set_wall_clock(server, day + 23h + 59min);
//   norn::may_step_wall_clock(world, server, 2min);   // midnight, at any moment
//
// A host's clock outlives a crash of the host, as the battery sees to it (rtc(4)).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/time/clock.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn {

// The wall clock of the running thread's host in the shape of std::chrono::system_clock (C++20
// [time.clock.system]). It starts at 1970-01-01 00:00:00 UTC.
struct system_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<std::chrono::system_clock, duration>;
  static constexpr bool is_steady = false;

  // A scheduling point; inside the predicate of `always`, none, and the clock of the body's own host.
  static time_point now(source_location where = source_location::current());
};

// clock_settime(2). A scheduling point.
void set_wall_clock(const host& of, system_clock::time_point to,
                    source_location where = source_location::current());

// The host's clock jumps by `by`, forward or back, at any moment and up to `times` times. It strikes where
// the clock is read afterwards, and stays as it is when the faults cease. Misuse where `times` is below 1 or
// `by` is 0. A scheduling point.
void may_step_wall_clock(faults& world, const host& of, std::chrono::nanoseconds by, int times = 1,
                         source_location where = source_location::current());

// "2000-02-29T23:59:00Z", in whole seconds.
std::string shown(system_clock::time_point t);

class wall_clock {
 private:
  friend system_clock;
  friend void set_wall_clock(const host&, system_clock::time_point, source_location);
  friend void may_step_wall_clock(faults&, const host&, std::chrono::nanoseconds, int,
                                  source_location);

  system_clock::time_point at(std::chrono::nanoseconds virtual_time) const;
  void is_read() const;

  engine::object state_{"wall clock"};
  std::chrono::nanoseconds set_to_{0};
  std::chrono::nanoseconds set_at_{0};            // virtual time
  std::vector<engine::declared_fault*> stepped_;  // what has stepped it
};

}  // namespace norn
