#include <norn/model/thread/local_parts.hpp>

namespace norn {

void local_parts::may_perish() {
  mortal_ = true;
  for (const auto& each : perishables_) each.second->may_perish();
}

// Each part's states are combined with each other's; what would not fit is told as the largest number.
std::uint32_t local_parts::outcomes() const {
  std::uint64_t all = 1;
  for (const auto& each : perishables_) {
    all *= each.second->outcomes();
    if (all > UINT32_MAX) return UINT32_MAX;
  }
  return static_cast<std::uint32_t>(all);
}

void local_parts::perish(point& p, std::uint32_t outcome) {
  for (const auto& each : perishables_) {
    const std::uint32_t own = each.second->outcomes();
    each.second->perish(p, outcome % own);
    outcome /= own;
  }
}

}  // namespace norn
