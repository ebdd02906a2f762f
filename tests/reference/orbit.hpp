// Orbit: a trace up to renaming of equal threads.
#pragma once

#include <cstdint>

#include <norn/scheduler/trace/execution.hpp>

namespace norn::reference {

// Equal for two executions exactly if one is the other with the threads of its groups renamed (but for collisions
// of 64 bits): the least, over all renamings, of the hash of the renamed trace. What a thread of a group has made,
// objects and threads, is renamed with it. Requires: one group at most.
std::uint64_t orbit_of(const engine::execution& e);

}  // namespace norn::reference
