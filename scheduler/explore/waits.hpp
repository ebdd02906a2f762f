// Waits: who waits for what at the end of an execution, and for whom.
#pragma once

#include <string>
#include <vector>

#include <norn/scheduler/run/runner.hpp>

namespace norn {

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

}  // namespace norn
