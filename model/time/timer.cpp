#include <norn/model/time/timer.hpp>

namespace norn {

using namespace engine;

timer timer::after_nanoseconds(std::chrono::nanoseconds delay, source_location where) {
  if (delay <= std::chrono::nanoseconds::zero()) return timer(kind::expired, {});
  return timer(kind::at, virtual_clock::of_execution().after(delay, where));
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
