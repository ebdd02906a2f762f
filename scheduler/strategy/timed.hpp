// Timed: every trace that is feasible where operations take the time that they say they take, and none else
// (time_state.hpp). An operation takes no time unless its timing or the delay of the execution says otherwise; what can
// happen at the same moment happens in every order; time passes only while nothing at the present moment is enabled.
// The search is complete for these semantics.
//
// Every prefix of a schedule is gone on from with each thread that may go on, and with each alternative that may be
// taken, depth first. Redundant are prefixes that are the same trace in the same time state: what can come is the same.
// Nothing else is asked of what is independent: two operations that commute in asynchronous time need not do so
// here, for time may pass between them. What is remembered of a prefix is a hash
// (seen_prefixes.hpp), and of the way to the present one the time states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <norn/scheduler/strategy/replay.hpp>
#include <norn/scheduler/strategy/seen_prefixes.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/strategy/time_state.hpp>

namespace norn::engine {

class timed : public strategy {
 public:
  bool begin_execution() override;
  std::size_t shared_prefix() const override { return shared_; }
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override;
  // `redundant` of an execution that was cut off, or whose trace has been seen.
  execution_kind end_execution(const execution& done) override;
  void restart() override;
  search_coverage coverage() const override { return {.every_trace = true}; }
  std::optional<divergence> diverged() const override { return replay_.diverged(); }

 private:
  struct node {
    time_state before;
    std::vector<step> threads;                // to go on with; the last is the present one
    std::vector<std::uint16_t> alternatives;  // the same of what the present one offers
  };

  bool begun_ = false;
  std::vector<node> path_;  // of the execution now run
  std::size_t shared_ = 0;
  replay_strategy replay_{{}};  // of the path to the node that has changed
  std::size_t replayed_ = 0;
  time_state now_;
  seen_prefixes seen_;
};

}  // namespace norn::engine
