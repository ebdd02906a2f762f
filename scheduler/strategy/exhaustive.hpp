// Exhaustive: one execution for each Mazurkiewicz trace, by decision DPOR (EXPLORATION.md).
//
// The search is a set of work items, each a schedule cut into blocks (work_item.hpp). Running an item
// replays it, extends it canonically to a complete execution T, and then asks of every decision of T:
// which other resolutions of it is T, and no other execution, to propose? Each proposal is an item.
//
//   race      the resolution r is in an immediate race with a later event w of another thread:
//             w goes before r
//   blocking  r closed the guard of another thread's operation: that operation goes before r
//   choice    an event of the canonical extension offered alternatives: each is an item
//
// T proposes only if it is the canonical extension of r's block together with w and w's past; the
// trace that a proposal would start in is reached from exactly one such T, so nothing is stored about
// what has been seen, and no execution is redundant or blocked.
//
// A proposal predicts the outcome of w from the execution in which w came after r. When it is first
// run, the block is examined: if w no longer lies after all of its supposed past, or is not the event
// that a canonical parent would have reversed, the prefix is dropped (a *probe*; it was no execution).
// If w then touches objects that it did not touch in the parent, other pasts of w are possible too;
// the parent is run again and they are enumerated (*widening*).
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include <norn/scheduler/strategy/canonical.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/strategy/work_item.hpp>

namespace norn {

class exhaustive : public strategy {
 public:
  exhaustive() { restart(); }

  bool begin_execution() override;
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override;
  bool end_execution(const execution& done) override;
  void restart() override;
  bool exhaustive_search() const override { return true; }
  std::optional<divergence> diverged() const override { return divergence_; }

  std::size_t pending_items() const { return items_.size(); }

 private:
  // A decision of the execution just run.
  struct decision {
    std::uint32_t first = 0;  // positions of the block
    std::uint32_t last = 0;
  };

  // Other pasts for an operation whose outcome touched more than its proposer could know. The
  // proposing execution is run again and kept while the operation is tried after each past.
  struct widening {
    std::shared_ptr<const std::vector<planned_step>> steps;  // of the proposing execution
    decision reversed_decision;
    event_id reversed = no_event;
    bool has_parent = false;
    execution parent;
    std::set<std::vector<event_count>> tried;
    std::vector<std::vector<event_count>> waiting;  // cuts: the decision's block, w and a past of w
    std::vector<event_count> current;
  };
  enum class phase { search, widening_parent, widening_past };

  // Running an item.
  thread_id replay_step(const execution& so_far);
  thread_id extend(const execution& so_far);
  void diverge(const execution& so_far, const step& expected, std::string came);

  // Looking at what a proposal came to, once its last block has been run.
  bool examine(const execution& so_far);
  bool accepted(const execution& so_far) const;
  bool reversed_is_canonical_maximum(const execution& so_far) const;
  bool touches_more(const execution& so_far) const;
  void propose_alternatives(const execution& so_far);

  // Learning from a complete execution.
  void propose_choices(const execution& t);
  void find_decisions(const execution& t);
  void reverse_races(const execution& t, event_id reversed);
  void reverse_blocking(const execution& t, thread_id blocked, std::size_t index,
                        const operation& op);
  work_item* propose(const execution& t, const std::vector<planned_step>& steps, const decision& d,
                     cut_view cut, thread_id by, const operation& op, event_id reversed);

  // Widening.
  void begin_widening();
  bool continue_widening();
  void widen(const execution& so_far);

  work_item& push();
  void retire(work_item& item);

  std::vector<work_item> items_;
  std::vector<work_item> spares_;  // retired items, kept for their memory
  work_item current_;
  std::size_t replayed_ = 0;  // steps of the item as it was taken up
  bool examined_ = false;
  bool rejected_ = false;
  phase phase_ = phase::search;
  std::vector<std::unique_ptr<widening>> widenings_;  // the last is being worked on
  std::optional<divergence> divergence_;

  // Scratch of end_execution.
  std::vector<decision> decisions_;
  std::vector<std::int32_t> decision_ending_at_;  // by position; -1: none
  std::vector<event_count> prefix_cuts_;          // row i: the first i events
  std::vector<event_count> cut_;
  canonical_extension canonical_;
  std::shared_ptr<const std::vector<planned_step>> shared_steps_;
};

}  // namespace norn
