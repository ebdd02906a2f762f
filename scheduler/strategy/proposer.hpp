// Proposer: makes the work item in which a decision is reversed, if the execution is the one that has to.
//
// An execution proposes only if it is the canonical extension of the decision's block together with the reversed
// operation and what that needs. The trace that a proposal would start in is reached from exactly one such execution,
// so nothing is stored about what has been seen.
#pragma once

#include <vector>

#include <norn/scheduler/strategy/adaptive_kinds.hpp>
#include <norn/scheduler/strategy/canonical.hpp>
#include <norn/scheduler/strategy/decisions.hpp>
#include <norn/scheduler/strategy/item_frontier.hpp>
#include <norn/scheduler/strategy/settled.hpp>
#include <norn/scheduler/strategy/work_item.hpp>
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

// A complete execution that is learnt from.
struct parent {
  const execution& t;
  const work_item& item;  // that led to it, with all of its steps
  std::size_t by_next;    // from this position on, `next` chose
  const struct settled& settled;
};

class proposer {
 public:
  proposer(item_frontier& items, const adaptive_kinds& adaptive)
      : items_(items), adaptive_(adaptive) {}

  // Proposes the decision's reversal: `op` of thread `by` goes before the resolution. `cut` holds the events up to the
  // resolution, the operation's past, and the operation if it was executed: as the event `reversed`.
  void propose(const parent& from, const decision& d, cut_view cut, thread_id by,
               const operation& op, event_id reversed);

  // Whether the operation is enabled in the cut without the resolution and, where it was executed, itself.
  bool is_enabled_before(const execution& t, const decision& d, cut_view cut, const operation& op,
                         event_id reversed) {
    return is_open_at(t, op, without_decided(t, d, cut, reversed));
  }

 private:
  cut_view without_decided(const execution& t, const decision& d, cut_view cut, event_id reversed);
  bool would_be_canonical_maximum(const execution& t, const decision& d, event_id reversed) const;
  std::uint64_t expected_of(const execution& t, event_id reversed) const;

  item_frontier& items_;
  const adaptive_kinds& adaptive_;
  canonical_extension canonical_;
  // Scratch.
  std::vector<event_count> without_;
  std::vector<event_count> before_;
  std::vector<event_id> order_;
};

}  // namespace norn::engine
