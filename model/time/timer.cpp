#include <norn/model/time/timer.hpp>

namespace norn {

using namespace engine;

timer timer::after_nanoseconds(std::chrono::nanoseconds delay, source_location where) {
  if (delay <= std::chrono::nanoseconds::zero()) return timer(kind::expired, {});
  const std::chrono::nanoseconds now = virtual_clock::of_execution().now(where);
  return timer(kind::at, saturated_sum(now, delay));
}

void timer::fire(point& p) const {
  if (kind_ == kind::at) virtual_clock::of_execution().advance_to(p, deadline_);
}

void timer::touch(point& p) const {
  if (kind_ == kind::at) virtual_clock::of_execution().touch(p);
}

}  // namespace norn
