#include <norn/scheduler/strategy/work_item.hpp>

#include <algorithm>

namespace norn::engine {

std::uint32_t check_of(const planned_step& s) {
  if (s.kind == nullptr) return static_cast<std::uint32_t>(index_of(s.object));
  return execution::check_of(*s.kind, s.object);
}

bool same_steps(const work_item& a, const work_item& b) {
  return std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(),
                    [](const planned_step& x, const planned_step& y) {
                      return x.thread == y.thread && x.alternative == y.alternative &&
                             x.ends_block == y.ends_block;
                    });
}

}  // namespace norn::engine
