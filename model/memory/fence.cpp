#include <norn/model/memory/fence.hpp>

#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

namespace {
constexpr operation_kind fence_kind{"fence"};
}

void atomic_thread_fence(memory_order order, source_location where) {
  point p{fence_kind, where};
  // In this order, so that what the acquiring half has taken is what the releasing half lends.
  if (detail::acquires(order)) p.fence_acquire();
  if (detail::releases(order)) p.fence_release();
}

}  // namespace norn
