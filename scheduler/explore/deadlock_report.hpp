// Deadlock report: who waits for what, at the end of an execution or along it, and for whom.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

using word_history = std::span<const execution::word_write>;

// The writes of the object's word by the first so many events.
word_history words_written(const execution& done, object_slot o, std::size_t events);

// After so many events, who could open the guard, which is closed then: no_thread where that is not known.
// For the end of a thread that thread.
thread_id holder_of(const runner& r, const execution& done, const guard& g, std::size_t events);

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
