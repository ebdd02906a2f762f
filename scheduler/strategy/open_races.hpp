// Open races: those whose later operation is adaptive, until it is known what the operation touches after each of its
// possible pasts.
//
// An adaptive operation may touch other objects before a resolution than it did after it, and so have other pasts
// there. All of these are proposed: starting with the operation's past in the execution, every event of the execution
// that conflicts with what the operation then touches makes a larger past. What the operation touches after a past is
// found by running it, in a probe, and remembered by the trace of the past.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <norn/scheduler/strategy/footprint.hpp>
#include <norn/scheduler/strategy/proposer.hpp>

namespace norn::engine {

class open_races {
 public:
  open_races(item_frontier& items, proposer& proposes) : items_(items), proposer_(proposes) {}

  bool any_left() const { return !open_.empty(); }
  void drop();
  void forget_footprints() { footprints_.clear(); }

  // What is reversed from now on belongs to another execution, whose children are the items pushed from now on.
  void begin_parent();
  // Proposes the reversal after each past, or keeps the race until it can.
  void reverse(const parent& from, const decision& d, event_id reversed);
  // The same of an operation that announced its reach, without running it: after each past that the reach allows. Those
  // that the operation does not have are refused when they are examined. Returns false, and proposes nothing, where
  // there are too many.
  bool reverse_within_reach(const parent& from, const decision& d, event_id reversed);

  // The next prefix to be run, up to an operation whose footprint is wanted. None where no race is left.
  std::optional<work_item> next_probe();
  // Of the prefix last asked for, which has been run.
  void learn(const execution& probe) { footprints_.learn(probed_, footprint_of_last(probe)); }

  // Requires: none is left. What an adaptive operation touches may have been known, or come to be known one race after
  // the other: the parent's children are the same, and so is to be their order.
  void put_in_order();

 private:
  struct kept_parent {
    execution t;
    work_item item;
    std::size_t by_next;
    struct settled settled;

    parent view() const { return {t, item, by_next, settled}; }
  };
  struct open_race {
    std::shared_ptr<const kept_parent> from;
    decision decided;
    event_id reversed = no_event;
  };
  struct unknown_footprint {
    std::vector<event_count> cut;  // the decision's block, the reversed event and a past of it
    std::uint64_t key = 0;
  };

  std::optional<unknown_footprint> propose_after_each_past(const parent& from, const decision& d,
                                                           event_id reversed);
  static work_item prefix_of(const open_race& race, cut_view cut);

  item_frontier& items_;
  proposer& proposer_;
  std::vector<open_race> open_;
  std::shared_ptr<const kept_parent> kept_;  // the parent, where it is needed longer
  footprint_cache footprints_;
  std::uint64_t probed_ = 0;  // the key of what is wanted
  std::size_t children_from_ = 0;
  bool out_of_order_ = false;
};

}  // namespace norn::engine
