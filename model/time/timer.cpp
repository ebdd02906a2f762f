#include <norn/model/time/timer.hpp>

namespace norn {

using namespace engine;

timer timer::after_nanoseconds(std::chrono::nanoseconds delay, source_location where) {
  if (delay <= std::chrono::nanoseconds::zero()) return timer(kind::expired, {}, 0, {});
  const std::chrono::nanoseconds deadline = virtual_clock::of_execution().after(delay, where);
  return timer(kind::at, deadline, present(), delay);
}

engine::timing timer::timing(guard sooner) const {
  return {.by = engine::timing::rule::deadline,
          .since = since_,
          .earliest = delay_.count(),
          .latest = delay_.count(),
          .sooner = sooner};
}

void timer::fire(point& p) const {
  if (kind_ == kind::at) virtual_clock::of_execution().advance_to(p, deadline_);
}

void timer::touch(point& p) const {
  if (kind_ == kind::at) virtual_clock::of_execution().touch(p);
}

void timer::may_fire(point& p) const {
  if (kind_ == kind::at) virtual_clock::of_execution().may_touch(p);
}

}  // namespace norn
