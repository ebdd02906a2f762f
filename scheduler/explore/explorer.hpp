// Explorer: runs a program under a strategy until every property is decided, the strategy has
// nothing left, or a bound is reached. The loop in workers.cpp is the heart of Norn.
#pragma once

#include <norn/scheduler/explore/explore_options.hpp>
#include <norn/scheduler/explore/replay_schedule.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

// Throws what `progress` and `save` throw.
search_result explore(const program& body, const explore_options& options);

}  // namespace norn
