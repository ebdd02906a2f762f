#include <norn/model/time/wall_clock.hpp>

#include <fmt/format.h>

#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind now_kind{"now"};
constexpr operation_kind set_kind{"set"};
constexpr operation_kind step_kind{.name = "step", .reach = reach::unknown};

using time_point = system_clock::time_point;

wall_clock& clock_of(const host& h) { return h.part<wall_clock>(); }

std::string change(const host& of, time_point from, time_point to) {
  return "clock of " + of.name() + " " + shown(from) + "→" + shown(to);
}

}  // namespace

time_point wall_clock::at(std::chrono::nanoseconds virtual_time) const {
  return time_point(saturated_sum(set_to_, virtual_time - set_at_));
}

void wall_clock::is_read() const {
  for (declared_fault* const each : stepped_) each->struck = true;
}

time_point system_clock::now(source_location where) {
  const virtual_clock& time = virtual_clock::of_execution();
  if (observing()) {
    const wall_clock& clock = clock_of(host::of_body());
    observe(clock.state_);
    clock.is_read();
    return clock.at(time.observed());
  }
  const wall_clock& clock = clock_of(host::current());
  point p{now_kind, clock.state_, where};
  p.read(clock.state_);
  const time_point now = clock.at(time.read(p));
  clock.is_read();
  p.describe([&](narration& n) { n.result = shown(now); });
  return now;
}

void set_wall_clock(const host& of, time_point to, source_location where) {
  wall_clock& clock = clock_of(of);
  point p{set_kind, clock.state_, where};
  const std::chrono::nanoseconds virtual_time = virtual_clock::of_execution().read(p);
  const time_point before = clock.at(virtual_time);
  p.write(clock.state_);
  clock.set_to_ = to.time_since_epoch();
  clock.set_at_ = virtual_time;
  clock.stepped_.clear();
  p.describe([&](narration& n) { n.changes = change(of, before, clock.at(virtual_time)); });
}

void may_step_wall_clock(faults& world, const host& of, std::chrono::nanoseconds by, int times,
                         source_location where) {
  const std::string name = "clock step of " + of.name() + " by " + shown(by);
  if (by == by.zero()) halt_as_misuse(name + " is declared, which is none: say how far it steps");
  wall_clock& clock = clock_of(of);
  declared_fault& what = declare_fault("clock_steps", name, static_cast<std::uint32_t>(times));
  world.inject(
      name, times, step_kind, clock.state_,
      [&clock, &what, by](point& p) {
        p.write(clock.state_);
        clock.set_to_ = saturated_sum(clock.set_to_, by);
        clock.stepped_.push_back(&what);
        p.describe([&](narration& n) { n.arguments = "(" + shown(by) + ")"; });
        return true;
      },
      [](point&) {}, where);
}

std::string shown(time_point t) {
  using namespace std::chrono;
  const auto second = floor<seconds>(t);
  const auto day = floor<days>(second);
  const year_month_day date{day};
  const hh_mm_ss clock{second - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace norn
