// Preemption: a switch away from a thread that could have gone on (Musuvathi & Qadeer, "Iterative
// context bounding for systematic testing of multithreaded programs", PLDI 2007). To leave a thread
// that is blocked, has ended or was stopped costs nothing. A thread in a timed wait could go on, by
// giving up: to leave it is a preemption.
//
// A fault is not of the program: to go on with a thread of the environment is no preemption, and
// neither is to go on with any other thread after it.
#pragma once

#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

// The thread of the last event, if to go on with another of the program would be a preemption;
// no_thread where there is none. Requires: the last event is closed.
inline thread_id preemptible(const execution& so_far) {
  if (so_far.size() == 0) return no_thread;
  const thread_id last = so_far.last().thread;
  return so_far.is_environment(last) || !so_far.is_enabled(last) ? no_thread : last;
}

// Whether it is a preemption to go on with `next`.
inline bool preempts(const execution& so_far, thread_id next) {
  const thread_id last = preemptible(so_far);
  return last != no_thread && next != last && !so_far.is_environment(next);
}

}  // namespace norn::engine
