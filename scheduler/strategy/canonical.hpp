// The canonical extension of a configuration, and whether an execution is one.
//
// `next` is a fixed function of a configuration (execution.hpp).
// Max(C) extends the cut C with `next`, alternative 0 of every choice, until nothing is enabled. For each new branch of the
// search exactly one execution passes `is_canonical_from`, and that one produces the branch
// (docs/decisions/0001-decision-dpor.md; reverse search: Avis & Fukuda, 1996).
#pragma once

#include <vector>

#include <norn/scheduler/base/thread_set.hpp>
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

class canonical_extension {
 public:
  // Whether `t` is, as a trace, the canonical extension of `from`. Requires: `from` is a cut of `t`,
  // and from position `by_next` on `t` was run by `next`. Decided on the trace alone: nothing is run
  // again.
  bool is_canonical_from(const execution& t, cut_view from, std::size_t by_next);

 private:
  enum class step { taken, nothing, deviates };
  step advance(const execution& t);
  step next_of(const execution& t, thread_id thread) const;
  bool has_past(cut_view clock, std::size_t thread) const;
  bool has_more(const execution& t, thread_id thread) const;

  std::vector<event_count> now_;
  thread_set unfinished_;     // who has more to do than is in it
  std::size_t taken_ = 0;     // events in it
  std::size_t furthest_ = 0;  // the position after the last of them
};

// Whether the operation is enabled in the cut: its guard, if it has one, is open there.
bool is_open_at(const execution& t, const operation& op, cut_view at);

}  // namespace norn::engine
