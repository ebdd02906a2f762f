#include <norn/model/time/delay.hpp>

#include <norn/scheduler/run/failure.hpp>

namespace norn {

using namespace engine;

void detail::bound_delay(std::chrono::nanoseconds most) {
  if (most < most.zero()) {
    halt_as_misuse("each step takes at most " + shown(most) + ": a duration is 0 or more");
  }
  if (!runs_alone()) {
    halt_as_misuse(
        "how long a step takes is said while other threads run: say it before they are created");
  }
  set_delay(most.count());
  if (most != most.zero()) virtual_clock::of_execution().become_inexact();
}

}  // namespace norn
