#include <norn/scheduler/strategy/guided.hpp>

namespace norn {

void guided::follow(const schedule& wishes) {
  wishes_ = wishes;
  granted_.assign(wishes.size(), false);
  first_ = 0;
  previous_ = no_thread;
  preemptions_.clear();
}

thread_id guided::choose_thread(const execution& so_far) {
  const bool could_go_on = previous_ != no_thread && so_far.is_enabled(previous_);
  thread_id chosen = grant(so_far);
  if (chosen == no_thread) chosen = could_go_on ? previous_ : so_far.lowest_enabled();
  const std::uint32_t before = preemptions_.empty() ? 0 : preemptions_.back();
  preemptions_.push_back(before + (could_go_on && chosen != previous_ ? 1 : 0));
  previous_ = chosen;
  return chosen;
}

thread_id guided::grant(const execution& so_far) {
  alternative_ = 0;
  while (first_ < wishes_.size() && granted_[first_]) ++first_;
  for (std::size_t i = first_; i < wishes_.size(); ++i) {
    const thread_id wanted = wishes_[i].thread;
    if (granted_[i] || index_of(wanted) >= so_far.thread_count() || !so_far.is_enabled(wanted)) {
      continue;
    }
    granted_[i] = true;
    alternative_ = wishes_[i].alternative;
    return wanted;
  }
  return no_thread;
}

std::uint16_t guided::choose_alternative(const execution&, std::uint16_t offered) {
  return alternative_ < offered ? alternative_ : std::uint16_t{0};
}

}  // namespace norn
