#include <norn/scheduler/strategy/in_turns.hpp>

#include <algorithm>

namespace norn::engine {

namespace {

// In steps. A thread that has not ended is unwound, by an exception that takes as long as about thirty.
std::uint64_t cost_of(const execution& done) {
  constexpr std::uint64_t unwinding = 30;
  std::uint64_t cost = done.size();
  for (std::size_t t = 0; t < done.thread_count(); ++t) {
    cost += done.state(thread_id(t)) == thread_state::parked ? unwinding : 0;
  }
  return cost;
}

}  // namespace

bool in_turns::begin_execution() {
  displaced_ = turn_is_over();
  if (displaced_) running_ = &other();
  return running_->search->begin_execution();
}

// Once the running side is ahead of the other by a turn.
bool in_turns::turn_is_over() {
  constexpr std::uint64_t shortest_turn = 1'000;
  constexpr std::uint64_t executions_in_turn = 20;
  const std::uint64_t turn = std::max(shortest_turn, executions_in_turn * longest_);
  return running_->cost >= other().cost + turn;
}

execution_kind in_turns::end_execution(const execution& done) {
  running_->cost += cost_of(done);
  longest_ = std::max<std::uint64_t>(longest_, done.size());
  const execution_kind learnt = running_->search->end_execution(done);
  if (learnt == execution_kind::start_over) restart();
  return learnt;
}

void in_turns::restart() {
  for (side* each : {&asked_for_, &unasked_}) {
    each->search->restart();
    each->cost = 0;
  }
  running_ = &unasked_;
}

}  // namespace norn::engine
