#include <norn/model/thread/local_parts.hpp>

#include <utility>

namespace norn {

void local_parts::may_perish() {
  if (std::exchange(mortal_, true)) return;
  for (const auto& each : perishables_) each.second->may_perish();
}

// Each part's states are combined with each other's; what would not fit is told as the largest number.
std::uint32_t local_parts::outcomes() {
  std::uint64_t all = 1;
  outcomes_.clear();
  for (const auto& each : perishables_) {
    outcomes_.push_back(each.second->outcomes());
    all *= outcomes_.back();
    if (all > UINT32_MAX) return UINT32_MAX;
  }
  return static_cast<std::uint32_t>(all);
}

void local_parts::perish(point& p, std::uint32_t outcome) {
  std::size_t i = 0;
  for (const auto& each : perishables_) {
    each.second->perish(p, outcome % outcomes_[i]);
    outcome /= outcomes_[i++];
  }
}

}  // namespace norn
