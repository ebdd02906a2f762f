#include <norn/scheduler/strategy/guided.hpp>

namespace norn::engine {

namespace {

crossing crossing_of(const execution& so_far) {
  crossing here;
  so_far.created().find([&](thread_id t) {
    if (so_far.is_enabled(t)) here.enabled.insert(t);
    return false;
  });
  here.next = so_far.canonical_next();
  return here;
}

}  // namespace

void guided::follow(const schedule& wishes) {
  wishes_ = wishes;
  for (waiting& w : of_thread_) {
    w.positions.clear();
    w.granted = 0;
  }
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const std::size_t t = index_of(wishes[i].thread);
    if (t >= of_thread_.size()) of_thread_.resize(t + 1);
    of_thread_[t].positions.push_back(i);
  }
  previous_ = no_thread;
  crossings_.clear();
  preemptions_.clear();
}

thread_id guided::choose_thread(const execution& so_far) {
  const thread_id before = previous_;
  const crossing& here = crossings_.emplace_back(crossing_of(so_far));
  const thread_id chosen = thread_at(here);
  const bool preempts = chosen != before && here.enabled.contains(before);
  preemptions_.push_back(preemptions(preemptions_.size()) + (preempts ? 1 : 0));
  return chosen;
}

thread_id guided::thread_at(const crossing& here) {
  const thread_id granted = grant(here.enabled);
  if (granted != no_thread) {
    previous_ = granted;
  } else if (!here.enabled.contains(previous_)) {
    previous_ = here.next;
  }
  return previous_;
}

// The earliest wish among the next ones of all threads that can go on.
thread_id guided::grant(const thread_set& enabled) {
  thread_id chosen = no_thread;
  std::size_t earliest = wishes_.size();
  for (std::size_t t = 0; t < of_thread_.size(); ++t) {
    const waiting& w = of_thread_[t];
    if (w.granted == w.positions.size() || w.positions[w.granted] > earliest) continue;
    if (!enabled.contains(thread_id(t))) continue;
    earliest = w.positions[w.granted];
    chosen = thread_id(t);
  }
  alternative_ = chosen == no_thread ? std::uint16_t{0} : wishes_[earliest].alternative;
  if (chosen != no_thread) ++of_thread_[index_of(chosen)].granted;
  return chosen;
}

}  // namespace norn::engine
