// Mark: a place in the program that is a step. It does nothing, and other threads may go on before it.
//
// Specification state that is touched after an operation is touched in that operation's step (ghost.hpp). Where it
// belongs to what comes next, a mark says so:
//
//   norn::mark("request");
//   const auto known = acknowledged.get();   // as the request begins, not as the one before it ended
//   const auto listed = store.list();
#pragma once

#include <string_view>

#include <norn/scheduler/base/source_location.hpp>

namespace norn {

// A scheduling point that commutes with everything; ghosts touched after it are touched in its step. `what` is
// shown in traces.
void mark(std::string_view what, source_location where = source_location::current());

}  // namespace norn
