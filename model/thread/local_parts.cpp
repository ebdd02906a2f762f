#include <norn/model/thread/local_parts.hpp>

#include <utility>

namespace norn {

using namespace engine;

void local_parts::may_be_lost() {
  if (std::exchange(mortal_, true)) return;
  for (const auto& each : lost_in_crash_) each.second->may_be_lost();
}

// Each part's states are combined with each other's; what would not fit is told as the largest number.
std::uint32_t local_parts::outcomes() {
  std::uint64_t all = 1;
  outcomes_.clear();
  for (const auto& each : lost_in_crash_) {
    outcomes_.push_back(each.second->outcomes());
    all *= outcomes_.back();
    if (all > UINT32_MAX) return UINT32_MAX;
  }
  return static_cast<std::uint32_t>(all);
}

void local_parts::lose(point& p, std::uint32_t outcome) {
  std::size_t i = 0;
  for (const auto& each : lost_in_crash_) {
    each.second->lose(p, outcome % outcomes_[i]);
    outcome /= outcomes_[i++];
  }
}

}  // namespace norn
