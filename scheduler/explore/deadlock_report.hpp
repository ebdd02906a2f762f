// Deadlock report: who waits for what, at the end of an execution or along it, and for whom, as far as events say of
// themselves who holds what (held_locks.hpp).
#pragma once

#include <span>
#include <string>
#include <vector>

#include <norn/scheduler/explore/held_locks.hpp>
#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

using word_history = std::span<const execution::word_write>;

// The writes of the object's word by the first so many events.
word_history words_written(const execution& done, object_slot o, std::size_t events);

// Whom the thread waits for in the operation, whose guard is closed, after as many events as `held` has seen: for the end
// of a thread that thread, otherwise who holds the guard's object or that of the operation. no_thread where nobody says
// to hold it.
thread_id holder_of(const runner& r, const execution& done, const held_locks& held,
                    thread_id waiting, const operation& what);

struct wait {
  thread_id thread{};
  operation what;
  thread_id holder = no_thread;  // who could open the guard, where that is known; perhaps itself
};

// In order of the threads' creation.
std::vector<wait> waits_of(const runner& r, const execution& done);

// The first circle of threads that wait for one another, from a thread back to it: "a waits for mutex
// m held by b, b waits for mutex n held by a". Empty where there is none. Requires: `r` narrates.
std::string circle_text(const runner& r, const std::vector<wait>& waits);

}  // namespace norn::engine
