// Fence, in the shape of std::atomic_thread_fence (C++20 [atomics.fences]). Between relaxed operations
// on atomics, for the race detector: a release fence before a relaxed store, an acquire fence after a
// relaxed load. Execution is sequentially consistent with or without it.
#pragma once

#include <norn/model/memory/memory_order.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn {

// A scheduling point that commutes with everything. With memory_order_relaxed it does nothing. Must be
// called with its qualified name: argument-dependent lookup finds the standard's too.
void atomic_thread_fence(memory_order order, source_location where = source_location::current());

}  // namespace norn
