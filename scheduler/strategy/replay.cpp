#include <norn/scheduler/strategy/replay.hpp>

namespace norn::engine {

thread_id replay_strategy::choose_thread(const execution& so_far) {
  const std::size_t position = so_far.size();
  if (divergence_ || position >= schedule_.size()) return no_thread;
  const step& wanted = schedule_[position];
  if (index_of(wanted.thread) >= so_far.thread_count() ||
      so_far.state(wanted.thread) != thread_state::parked) {
    diverge(position, "nothing: the thread has no next operation");
  } else if (!so_far.is_enabled(wanted.thread)) {
    diverge(position, std::string(so_far.pending(wanted.thread).kind->name) + ", which is blocked");
  } else if (!wanted.fits(so_far.check_of(so_far.pending(wanted.thread)))) {
    diverge(position, so_far.pending(wanted.thread).kind->name);
  }
  return divergence_ ? no_thread : wanted.thread;
}

std::uint16_t replay_strategy::choose_alternative(const execution& so_far, std::uint16_t offered) {
  const std::size_t position = so_far.size() - 1;
  const std::uint16_t wanted = schedule_[position].alternative;
  if (wanted < offered) return wanted;
  diverge(position, "only " + std::to_string(offered) + " alternatives");
  return 0;
}

execution_kind replay_strategy::end_execution(const execution& done) {
  if (!divergence_ && done.size() < schedule_.size()) {
    diverge(done.size(), "nothing: the execution had ended");
  }
  return execution_kind::execution;
}

void replay_strategy::diverge(std::size_t position, std::string came) {
  const step& wanted = schedule_[position];
  std::string expected = "an operation of thread " + std::to_string(index_of(wanted.thread));
  if (wanted.alternative != 0) {
    expected += " that takes its alternative " + std::to_string(wanted.alternative);
  }
  divergence_ = divergence{position, std::move(expected), std::move(came)};
}

}  // namespace norn::engine
