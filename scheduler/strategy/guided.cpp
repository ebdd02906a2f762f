#include <norn/scheduler/strategy/guided.hpp>

#include <algorithm>

namespace norn {

void guided::follow(const schedule& wishes) {
  wishes_ = wishes;
  for (waiting& w : of_thread_) w = {};
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const std::size_t t = index_of(wishes[i].thread);
    if (t >= of_thread_.size()) of_thread_.resize(t + 1);
    of_thread_[t].positions.push_back(i);
  }
  previous_ = no_thread;
  preemptions_.clear();
}

thread_id guided::choose_thread(const execution& so_far) {
  const bool could_go_on = previous_ != no_thread && so_far.is_enabled(previous_);
  thread_id chosen = grant(so_far);
  if (chosen == no_thread) chosen = could_go_on ? previous_ : so_far.next_enabled();
  const std::uint32_t before = preemptions_.empty() ? 0 : preemptions_.back();
  preemptions_.push_back(before + (could_go_on && chosen != previous_ ? 1 : 0));
  previous_ = chosen;
  return chosen;
}

// The earliest wish among the next ones of all threads that can go on.
thread_id guided::grant(const execution& so_far) {
  thread_id chosen = no_thread;
  std::size_t earliest = wishes_.size();
  for (std::size_t t = 0; t < std::min(of_thread_.size(), so_far.thread_count()); ++t) {
    const waiting& w = of_thread_[t];
    if (w.granted == w.positions.size() || w.positions[w.granted] > earliest) continue;
    if (!so_far.is_enabled(thread_id(t))) continue;
    earliest = w.positions[w.granted];
    chosen = thread_id(t);
  }
  alternative_ = chosen == no_thread ? std::uint16_t{0} : wishes_[earliest].alternative;
  if (chosen != no_thread) ++of_thread_[index_of(chosen)].granted;
  return chosen;
}

std::uint16_t guided::choose_alternative(const execution&, std::uint16_t offered) {
  return alternative_ < offered ? alternative_ : std::uint16_t{0};
}

}  // namespace norn
