#include <norn/scheduler/strategy/work_item.hpp>

namespace norn::engine {

std::uint32_t check_of(const planned_step& s) {
  if (s.kind == nullptr) return static_cast<std::uint32_t>(index_of(s.object));
  return execution::check_of(*s.kind, s.object);
}

}  // namespace norn::engine
