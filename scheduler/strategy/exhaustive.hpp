// Exhaustive: one execution for each Mazurkiewicz trace, by decision DPOR
// (docs/decisions/0001-decision-dpor.md); of symmetric groups fewer (symmetry.hpp).
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
// run, its block is examined: if w no longer lies after all of its supposed past, or is not the event
// that a canonical parent would have reversed, the prefix is dropped (a *probe*; it was no execution).
//
// An *adaptive* operation may touch other objects before r than it did after r, and so have other
// pasts there. For such a w, T proposes it after each of them: starting with w's past in T, every
// event of T that conflicts with what w then touches makes a larger past. What w touches after a
// prefix is found by running it (a probe again) and remembered by the prefix's trace.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <norn/scheduler/strategy/canonical.hpp>
#include <norn/scheduler/strategy/footprint.hpp>
#include <norn/scheduler/strategy/item_frontier.hpp>
#include <norn/scheduler/strategy/repeated_runs.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/strategy/work_item.hpp>

namespace norn::engine {

class exhaustive : public strategy {
 public:
  // Of the items that wait it keeps so many and, beyond, those that one execution proposes; where there are more
  // it forgets the coldest and finds them again when their turn has come.
  static constexpr std::size_t most_items = 1024;

  explicit exhaustive(std::size_t most = most_items) : most_items_(most) { restart(); }

  bool begin_execution() override;
  std::size_t shared_prefix() const override { return shared_; }
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override;
  execution_kind end_execution(const execution& done) override;
  void restart() override;
  bool exhaustive_search() const override { return true; }
  std::optional<divergence> diverged() const override { return divergence_; }

  // --- work that moves ---
  // Items go from one strategy to another that searches the same program, and into a checkpoint.

  // Goes on with these and no others.
  void take(std::vector<work_item> items);
  // Whether all children of the execution that was learnt from last are among the items; then they are in
  // their order.
  bool settle();
  const std::vector<work_item>& items() const { return items_.all(); }
  // Gives away the half of them that it would run last; none where there is but one. Requires: settled.
  std::vector<work_item> give() { return items_.give_half(); }
  // What the last execution was like is not to be relied on: the next one shares nothing with it.
  void share_nothing() { items_.retire(current_); }

  // The kinds of operations that had extra accesses in some execution, by the hash of
  // their names: adaptive too. Known before a search starts over, they need not be found again.
  using kinds = std::set<std::uint64_t>;
  const kinds& kinds_with_extra_accesses() const { return kinds_with_extra_accesses_; }
  void learn(const kinds& extra_accesses) {
    kinds_with_extra_accesses_.insert(extra_accesses.begin(), extra_accesses.end());
  }

 private:
  // A decision of the execution just run.
  struct decision {
    std::uint32_t first = 0;  // positions of the block
    std::uint32_t last = 0;
  };

  // What need not be asked again: the decisions that end at `from` or later have no proposal with a
  // cut that lies in `before`.
  struct settled {
    std::size_t from = 0;
    std::size_t block = 0;  // `before` is all that comes before this position
    std::vector<event_count> before;
  };

  // A complete execution that is learnt from.
  struct parent {
    const execution& t;
    const std::vector<planned_step>& steps;
    std::size_t by_next;  // from this position on, `next` chose
    const struct settled& settled;
  };
  struct kept_parent {
    execution t;
    std::vector<planned_step> steps;
    std::size_t by_next;
    struct settled settled;

    parent view() const { return {t, steps, by_next, settled}; }
  };

  // A race whose later operation is adaptive, with the execution it was found in: kept until what the
  // operation touches after each of its possible pasts is known.
  struct open_race {
    std::shared_ptr<const kept_parent> from;
    decision decided;
    event_id reversed = no_event;
  };
  struct unknown_footprint {
    std::vector<event_count> cut;  // the decision's block, the reversed event and a past of it
    std::uint64_t key = 0;
  };

  // Running an item.
  void take_up(work_item&& item);
  thread_id replay_step(const execution& so_far);
  thread_id extend(const execution& so_far, thread_id next);
  void diverge(std::size_t position, std::string came);

  // Looking at what a proposal came to, once its last block has been run.
  bool examine(const execution& so_far);
  bool touches_what_is_expected(const execution& so_far);
  bool accepted(const execution& so_far) const;
  bool reversed_is_canonical_maximum(const execution& so_far) const;
  bool is_fixed(const event& e) const { return e.op.kind->fixed && !is_adaptive(e); }
  bool would_be_canonical_maximum(const execution& t, const decision& d, event_id reversed) const;
  void propose_alternatives(const execution& so_far);

  // Learning from a complete execution.
  parent just_run(const execution& t) const { return {t, current_.steps, replayed_, settled_}; }
  void propose_choices(const execution& t);
  void find_decisions(const execution& t);
  void find_settled(const execution& t);
  void reverse_races(const execution& t, event_id reversed);
  void reverse_blocking(const execution& t, thread_id blocked, std::size_t index,
                        const operation& op);
  void propose(const parent& from, const decision& d, cut_view cut, thread_id by,
               const operation& op, event_id reversed);

  cut_view without_decided(const execution& t, const decision& d, event_id reversed, cut_view cut);

  // Going back to what was forgotten.
  enum class stage {
    exploring,
    finding,    // the parent of an item that has been done, by its trace
    asking,     // how an operation that it did not come to do leaves its gate (item_recovery.hpp)
    found,      // the parent's item is the only one that waits
    returning,  // the parent is run again: it proposes what it proposed
  };
  void go_back(work_item&& done);
  thread_id find_parent(const execution& so_far);
  execution_kind found_parent(const execution& t);
  execution_kind answered(const execution& t);
  void return_to(work_item&& item);
  bool forget_what_was_done();
  bool is_item_of(const execution& t) const;

  // Adaptive operations.
  bool is_adaptive(const event& e) const {
    return e.op.kind->adaptive || e.cut_short ||
           kinds_with_extra_accesses_.contains(e.op.kind->name_hash);
  }
  bool learn_kinds_with_extra_accesses(const execution& t);
  std::uint64_t expected_of(const execution& t, event_id reversed) const;
  std::optional<unknown_footprint> propose_after_each_past(const parent& from, const decision& d,
                                                           event_id reversed);
  void widen(const execution& t, const decision& d, event_id reversed, cut_view cut,
             const footprint& touched, std::vector<std::vector<event_count>>& pasts) const;
  bool probe_next();
  void put_in_order();

  std::size_t most_items_;
  item_frontier items_;
  work_item current_;
  std::size_t replayed_ = 0;  // steps of the item as it was taken up
  std::size_t shared_ = 0;    // of these, as many as the execution before began with
  bool examined_ = false;
  bool rejected_ = false;
  bool starts_over_ =
      false;              // once the execution has ended: a kind turned out to have extra accesses
  bool probing_ = false;  // the item ends with an operation whose footprint is wanted
  std::uint64_t probed_ = 0;  // by this key
  repeated_runs repeated_;
  bool repeats_ = false;
  std::optional<divergence> divergence_;

  stage stage_ = stage::exploring;
  work_item gone_back_from_;  // done, and so is all that comes before it
  work_item gone_back_to_;    // its parent, once that is known
  std::vector<bool> answers_;

  // Scratch of end_execution.
  std::vector<decision> decisions_;
  std::vector<std::int32_t> decision_ending_at_;  // by position; -1: none
  std::vector<event_count> prefix_cuts_;          // row i: the first i events
  std::size_t cut_width_ = 0;
  std::size_t cuts_known_ = 0;  // rows after the first that the next execution has too
  struct settled settled_;
  std::vector<event_count> cut_;
  std::vector<event_count> without_;
  std::vector<event_count> before_;
  std::vector<event_id> order_;
  canonical_extension canonical_;
  std::shared_ptr<const kept_parent> kept_;  // the execution just run, where it is needed longer

  std::vector<open_race> open_races_;
  footprint_cache footprints_;
  kinds kinds_with_extra_accesses_;
  // The children of the execution learnt from last, whose order is a matter of what was known of footprints.
  std::size_t children_from_ = 0;
  bool out_of_order_ = false;
};

}  // namespace norn::engine
