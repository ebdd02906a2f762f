#include <norn/scheduler/strategy/decisions.hpp>

namespace norn::engine {

void decisions::find(const execution& t, const std::vector<planned_step>& steps) {
  if (width_ != t.width()) {
    width_ = t.width();
    cuts_known_ = 0;
  }
  if (cuts_.size() < (t.size() + 1) * width_) cuts_.resize(2 * (t.size() + 1) * width_);
  std::fill_n(cuts_.begin(), width_, 0);
  for (std::size_t i = cuts_known_; i < t.size(); ++i) {
    event_count* const before = cuts_.data() + i * width_;
    std::copy_n(before, width_, before + width_);
    ++before[width_ + index_of(t.at(event_id(i)).thread)];
  }
  cuts_known_ = t.size();

  all_.clear();
  ending_at_.assign(t.size(), -1);
  std::size_t first = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!steps[i].ends_block) continue;
    if (steps[i].reversible) {
      ending_at_[i] = static_cast<std::int32_t>(all_.size());
      all_.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(i)});
    }
    first = i + 1;
  }
}

}  // namespace norn::engine
