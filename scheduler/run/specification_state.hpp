// Specification state: what a model offers to the specification and not to the program (ghost.hpp). Its accesses
// join the step just executed, where they may, and are a step of their own otherwise.
#pragma once

#include <cstddef>
#include <string_view>

#include <norn/scheduler/run/narration.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn::engine {

void ghost_read(const object& o);
// Before a change. Whether it happens: not where the thread is being taken down, or was killed before that step.
// Misuse within the predicate of `always`.
bool ghost_write(const object& o);
// After the change, which began in that step: `step_of_specification` as it was then. Misuse where it is another now.
void ghost_written(const object& o, std::size_t step);

// The number of the step that specification state is touched in. Requires: ghost_write has just been called.
std::size_t step_of_specification();

// Whether it is to be found out if changes of the ghost outlast their steps (ghost_use.hpp): other threads can run
// beside the caller, and no change of the ghost is known to have done so.
bool is_watched(const object& o);
// The step that specification state has just been touched in, for the reader of a trace. Null where the execution is not
// narrated, and where there is no step yet.
narration* narrated_step();

// After a change: whether the value is another one now than before the step.
void note_change(const object& o, std::string_view label, bool differs);

}  // namespace norn::engine
