// Bounded: every trace that some schedule with at most N preemptions leads to (preemption.hpp), those
// with none first, then those with one, and so on (iterative context bounding: Musuvathi & Qadeer,
// PLDI 2007).
//
// It is a search of its own and not the exhaustive one with a limit: that one reverses what it finds in
// executions which may themselves lie beyond the bound, and cutting those loses traces within it. Here
// every prefix of a schedule is gone on from in every way that the bound allows:
//
//   without a preemption   the thread that ran last, if it can go on; otherwise each that is enabled;
//                          and each fault that may strike
//   with one               each other thread that is enabled
//   choice                 each alternative of the event just begun
//
// Each way but the one taken at once is a *branch*. Those with a preemption wait until no branch
// without one is left: so the executions of one *round* preempt equally often, and no round runs again
// what an earlier one ran.
//
// Redundant are prefixes that are the same trace and ended with the same thread: what can come, and
// what it costs, is the same. (Where that thread cannot go on, whichever it was.) The one that is met
// first has preempted least, since rounds come in that order; the others are cut off
// (seen_prefixes.hpp). Nothing is asked of what operations would touch: adaptive ones and those with
// extra accesses need no care, beyond that the search starts over when more is observed.
//
// Memory: that of the prefixes that are remembered, and 12 bytes for each
// step on the way to a waiting branch. The last round keeps no branches with a preemption.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <norn/scheduler/strategy/replay.hpp>
#include <norn/scheduler/strategy/seen_prefixes.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::engine {

class bounded : public strategy {
 public:
  explicit bounded(std::uint32_t preemptions) : bound_(preemptions) {}

  bool begin_execution() override;
  std::size_t shared_prefix() const override { return shared_; }
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override;
  // `redundant` of an execution that was cut off, or whose trace has been seen.
  execution_kind end_execution(const execution& done) override;
  void restart() override;
  // Every trace, where no schedule would have gone beyond the bound.
  search_coverage coverage() const override { return {.every_trace = !bound_hit_}; }
  std::optional<divergence> diverged() const override { return replay_.diverged(); }

 private:
  // A prefix of a schedule: its last step, and the prefix before that.
  using prefix_id = std::uint32_t;
  static constexpr prefix_id empty_prefix = UINT32_MAX;
  struct prefix {
    prefix_id before = empty_prefix;
    step last;
  };

  bool next_round();
  void take_up(const prefix& branch);
  void forget_beyond(prefix_id branching);
  thread_id go_on(const execution& so_far);
  void branch_to(const execution& so_far, thread_id next);
  prefix_id run_now() const { return path_.empty() ? empty_prefix : path_.back(); }

  std::uint32_t bound_;
  std::uint32_t preemptions_ = 0;  // of each execution of this round
  bool begun_ = false;
  bool bound_hit_ = false;
  // Prefixes that have been run and that a branch goes on from, or the execution now run.
  std::vector<prefix> run_;
  // Prefixes to be run. Invariant: `before` never falls from one to the next.
  std::vector<prefix> this_round_;
  std::vector<prefix> next_round_;
  seen_prefixes seen_;

  std::vector<prefix_id> path_;  // of the execution now run: its first step, its first two, …
  std::size_t shared_ = 0;       // as many of them as the execution before began with
  replay_strategy replay_{{}};   // of the branch
  std::size_t replayed_ = 0;     // its steps
};

}  // namespace norn::engine
