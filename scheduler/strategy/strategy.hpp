// Strategy: who goes next. The runner asks before each step which thread runs and, where the
// operation offers alternatives, which of them is taken; the explorer asks whether there is anything
// left to run. What a strategy remembers between executions is its own affair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

// A step that did not do what it was taken to do.
struct divergence {
  enum class cause : std::uint8_t {
    other_operation,       // it was another one than was scheduled
    equals_differ,         // so it was with threads of a symmetric group in each other's places
    undeclared_footprint,  // it touched other objects than before, and its kind does not say that it may
    unequal_alternatives  // it made other accesses than with another of its alternatives
  };

  std::size_t step = 0;  // counted from 0
  std::string expected;
  std::string came;
  cause by = cause::other_operation;
};

// What an execution was to the strategy that chose it.
enum class execution_kind {
  execution,   // one of those that it set out to run
  probe,       // a prefix that was run to learn an outcome
  repeated,    // an execution once more, or its beginning, to see that it does the same
  redundant,   // it came to what an earlier one had come to, and may have been cut off there
  start_over,  // it showed that earlier executions were judged wrongly: forget them all
};

// What a search without anything left has covered.
struct search_coverage {
  bool every_trace = false;
  bool gave_way = false;  // to a search that was not asked for and has no bound (in_turns.hpp)
};

class strategy {
 public:
  virtual ~strategy() = default;

  // Prepares the next execution; false when there is none left.
  virtual bool begin_execution() = 0;

  // How many events the execution that is about to run has in common with the one that ran before
  // it. The runner follows those by itself; the strategy is asked from there on.
  virtual std::size_t shared_prefix() const { return 0; }

  // The thread that runs next: enabled in `so_far`, or no_thread to cut the execution off. Called
  // only while some thread is enabled.
  virtual thread_id choose_thread(const execution& so_far) = 0;

  // Which of `offered` alternatives the event just begun takes, 0 ≤ result < offered.
  virtual std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) = 0;

  // Learns from an execution that has ended. After `start_over` the strategy is as after `restart`.
  virtual execution_kind end_execution(const execution& done) = 0;

  // Forgets everything and starts over: what counts as dependent has grown (explorer.hpp).
  virtual void restart() = 0;

  // Asked when `begin_execution` has returned false. Where every trace has been seen, what was not violated holds.
  virtual search_coverage coverage() const { return {}; }

  // Why the last execution could not follow its schedule, if it could not.
  virtual std::optional<divergence> diverged() const { return std::nullopt; }
};

}  // namespace norn::engine
