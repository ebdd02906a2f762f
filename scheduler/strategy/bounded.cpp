#include <norn/scheduler/strategy/bounded.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/preemption.hpp>

namespace norn::engine {

void bounded::restart() { *this = bounded(bound_); }

bool bounded::begin_execution() {
  if (!std::exchange(begun_, true)) return true;
  if (this_round_.empty() && !next_round()) return false;
  const prefix branch = this_round_.back();
  this_round_.pop_back();
  take_up(branch);
  return true;
}

bool bounded::next_round() {
  if (next_round_.empty()) return false;
  this_round_.swap(next_round_);
  ++preemptions_;
  return true;
}

void bounded::take_up(const prefix& branch) {
  std::vector<prefix_id> path;
  for (prefix_id p = branch.before; p != empty_prefix; p = run_[p].before) path.push_back(p);
  std::reverse(path.begin(), path.end());
  const auto parted = std::mismatch(path.begin(), path.end(), path_.begin(), path_.end()).first;
  shared_ = static_cast<std::size_t>(parted - path.begin());
  path_ = std::move(path);
  seen_.rewind(shared_);

  forget_beyond(branch.before);
  path_.push_back(static_cast<prefix_id>(run_.size()));
  run_.push_back(branch);
  schedule steps;
  for (const prefix_id p : path_) steps.push_back(run_[p].last);
  replayed_ = steps.size();
  replay_ = replay_strategy(std::move(steps));
}

// No branch that waits goes on from what was run after all of their beginnings.
void bounded::forget_beyond(prefix_id branching) {
  const auto end = [](prefix_id p) {
    return p == empty_prefix ? std::size_t{0} : std::size_t{p} + 1;
  };
  const std::size_t waiting = next_round_.empty() ? 0 : end(next_round_.back().before);
  run_.resize(std::max(end(branching), waiting));
  NORN_INVARIANT(run_.size() < empty_prefix);
}

thread_id bounded::choose_thread(const execution& so_far) {
  if (so_far.size() < replayed_) return replay_.choose_thread(so_far);
  if (!seen_.add(so_far, index_of(preemptible(so_far)))) return no_thread;
  return go_on(so_far);
}

thread_id bounded::go_on(const execution& so_far) {
  thread_id chosen = preemptible(so_far);
  if (chosen == no_thread) chosen = so_far.canonical_next();
  for (std::size_t t = 0; t < so_far.thread_count(); ++t) {
    if (thread_id(t) != chosen && so_far.is_enabled(thread_id(t))) branch_to(so_far, thread_id(t));
  }
  const prefix longer{run_now(), {chosen, 0, so_far.check_of(so_far.pending(chosen))}};
  path_.push_back(static_cast<prefix_id>(run_.size()));
  run_.push_back(longer);
  return chosen;
}

void bounded::branch_to(const execution& so_far, thread_id next) {
  const bool costs = preempts(so_far, next);
  if (costs && preemptions_ == bound_) {
    bound_hit_ = true;
    return;
  }
  std::vector<prefix>& branches = costs ? next_round_ : this_round_;
  branches.push_back({run_now(), {next, 0, so_far.check_of(so_far.pending(next))}});
}

std::uint16_t bounded::choose_alternative(const execution& so_far, std::uint16_t offered) {
  const std::size_t position = so_far.size() - 1;
  if (position + 1 < replayed_) return replay_.choose_alternative(so_far, offered);
  // Of a branch that already is one of the alternatives, the others are branches, too.
  prefix other = run_[path_[position]];
  if (other.last.alternative != 0) return replay_.choose_alternative(so_far, offered);
  for (std::uint16_t a = 1; a < offered; ++a) {
    other.last.alternative = a;
    this_round_.push_back(other);
  }
  return 0;
}

execution_kind bounded::end_execution(const execution& done) {
  replay_.end_execution(done);
  if (done.outcome() == outcome::cut_off || diverged()) return execution_kind::redundant;
  if (done.outcome() != outcome::completed) return execution_kind::execution;
  return seen_.add(done, index_of(no_thread)) ? execution_kind::execution
                                              : execution_kind::redundant;
}

}  // namespace norn::engine
