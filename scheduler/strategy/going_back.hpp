// Going back: work items that were forgotten are found again (docs/decisions/0013-space.md).
//
// One item stands for all that comes after it, up to what another searches. When its turn has come, the execution that
// proposed it is found (as a trace it follows from the item alone) and run again for what it proposes. What comes after
// the item is kept of that, and then the parent stands for the rest.
#pragma once

#include <optional>
#include <vector>

#include <norn/scheduler/strategy/item_frontier.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/strategy/work_item.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

class going_back {
 public:
  explicit going_back(item_frontier& items) : items_(items) {}

  bool is_under_way() const { return stage_ != stage::exploring; }
  // Whether the run looks for the parent: beyond the item, `next_of_parent` chooses.
  bool finds() const { return stage_ == stage::finding; }
  // Whether the run answers a question about an operation: it ends where the item ends.
  bool asks() const { return stage_ == stage::asking; }
  void give_up();

  // Before a run. Once the parent has proposed what it proposes, keeps what comes after the item gone back from;
  // returns why that could not be.
  std::optional<divergence> keep_rest();
  // What is to be run for the item whose turn has come.
  work_item begin(work_item&& next);

  // A step of a run that finds. `replayed` steps were the item's.
  thread_id next_of_parent(const execution& so_far, std::size_t replayed) const;

  // The end of a run that finds, and of one that asks.
  void found(const execution& t);
  void answered(const execution& t);

 private:
  enum class stage {
    exploring,
    finding,    // the parent of an item that has been done, by its trace
    asking,     // how an operation that it did not come to do leaves its gate (item_recovery.hpp)
    found,      // the parent's item is the only one that waits
    returning,  // the parent is run again: it proposes what it proposed
  };
  work_item find_parent(work_item&& done);
  work_item return_to(work_item&& parent);

  item_frontier& items_;
  stage stage_ = stage::exploring;
  work_item from_;  // done, and so is all that comes before it
  work_item to_;    // its parent, once that is known
  std::vector<bool> answers_;
};

}  // namespace norn::engine
