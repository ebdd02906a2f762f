// Narrate: turns an execution that was run for a reader into plain values: steps with what they did,
// why the thread changed, which locks are held, which step conflicts with which, who is blocked and by
// whom.
#pragma once

#include <string_view>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn::engine {

// Requires: `done` is the last execution of `r`, which narrates.
counterexample narrate(const runner& r, const execution& done);

}  // namespace norn::engine
