#include <norn/scheduler/strategy/timed.hpp>

#include <utility>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::engine {

void timed::restart() { *this = timed(); }

// Goes back to the last choice that has something left to try.
bool timed::begin_execution() {
  if (!std::exchange(begun_, true)) return true;
  while (!path_.empty()) {
    node& last = path_.back();
    if (last.alternatives.size() > 1) {
      last.alternatives.pop_back();
      break;
    }
    last.alternatives.clear();
    last.threads.pop_back();
    if (!last.threads.empty()) break;
    path_.pop_back();
  }
  if (path_.empty()) return false;
  shared_ = path_.size() - 1;
  replayed_ = path_.size();
  seen_.rewind(shared_);
  schedule steps;
  for (const node& n : path_) {
    steps.push_back(n.threads.back());
    if (!n.alternatives.empty()) steps.back().alternative = n.alternatives.back();
  }
  replay_ = replay_strategy(std::move(steps));
  return true;
}

thread_id timed::choose_thread(const execution& so_far) {
  const std::size_t position = so_far.size();
  if (position < replayed_) {
    const thread_id chosen = replay_.choose_thread(so_far);
    if (chosen == no_thread || position + 1 < replayed_) return chosen;
    now_ = path_[position].before;
    now_.go_on(so_far, chosen);
    return chosen;
  }
  now_.look(so_far);
  if (!seen_.add(so_far, now_.hash(so_far))) return no_thread;
  node next{now_, {}, {}};
  for (std::size_t t = so_far.thread_count(); t-- > 0;) {
    const auto each = thread_id(t);
    if (!so_far.is_enabled(each) || !now_.may_go_on(so_far, each)) continue;
    next.threads.push_back({each, 0, so_far.check_of(so_far.pending(each))});
  }
  NORN_INVARIANT(!next.threads.empty());
  const thread_id chosen = next.threads.back().thread;
  path_.push_back(std::move(next));
  now_.go_on(so_far, chosen);
  return chosen;
}

std::uint16_t timed::choose_alternative(const execution& so_far, std::uint16_t offered) {
  const std::size_t position = so_far.size() - 1;
  if (position + 1 < replayed_) return replay_.choose_alternative(so_far, offered);
  std::vector<std::uint16_t>& untried = path_[position].alternatives;
  if (untried.empty()) {
    for (std::uint16_t a = offered; a-- > 0;) {
      if (now_.may_take(a)) untried.push_back(a);
    }
    NORN_INVARIANT(!untried.empty());
  } else {
    const std::uint16_t chosen = replay_.choose_alternative(so_far, offered);
    if (diverged()) return chosen;
  }
  now_.take(untried.back());
  return untried.back();
}

execution_kind timed::end_execution(const execution& done) {
  replay_.end_execution(done);
  if (done.outcome() == outcome::cut_off || diverged()) return execution_kind::redundant;
  if (done.outcome() != outcome::completed) return execution_kind::execution;
  return seen_.add(done, 0) ? execution_kind::execution : execution_kind::redundant;
}

}  // namespace norn::engine
