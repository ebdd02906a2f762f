// Learner: asks of every decision of a complete execution how else it could have gone.
//
//   race      the resolution r is in an immediate race with a later event w of another thread:
//             w goes before r
//   blocking  r closed the guard of another thread's operation: that operation goes before r
//   choice    an event of the canonical extension offered alternatives: each is an item
//
// Which of the reversals the execution is to propose, the proposer tells.
#pragma once

#include <vector>

#include <norn/scheduler/strategy/adaptive_kinds.hpp>
#include <norn/scheduler/strategy/decisions.hpp>
#include <norn/scheduler/strategy/open_races.hpp>
#include <norn/scheduler/strategy/proposer.hpp>
#include <norn/scheduler/strategy/settled.hpp>

namespace norn::engine {

class learner {
 public:
  learner(item_frontier& items, const adaptive_kinds& adaptive, proposer& proposes,
          open_races& races)
      : items_(items), adaptive_(adaptive), proposer_(proposes), races_(races) {}

  // The next execution has no more than the first `kept` events in common with the one before.
  void rewind(std::size_t kept) { decisions_.rewind(kept); }
  // Of the execution that the item led to: from position `by_next` on, `next` chose.
  void learn(const execution& t, const work_item& item, std::size_t by_next);

 private:
  void propose_choices(const parent& from);
  void reverse_races(const parent& from, event_id reversed);
  void reverse_blocking(const parent& from, thread_id blocked, std::size_t index,
                        const operation& op);

  item_frontier& items_;
  const adaptive_kinds& adaptive_;
  proposer& proposer_;
  open_races& races_;
  decisions decisions_;
  settled settled_;
  std::vector<event_count> cut_;  // scratch
};

}  // namespace norn::engine
