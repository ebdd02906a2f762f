// Exhaustive: one execution for each Mazurkiewicz trace, by decision DPOR
// (docs/decisions/0001-decision-dpor.md); of symmetric groups fewer (symmetry.hpp).
//
// The search is a set of work items, each a schedule cut into blocks (work_item.hpp). Running an item (item_run.hpp)
// replays it, extends it canonically to a complete execution T, and then asks of every decision of T: which other
// resolutions of it is T, and no other execution, to propose? Each proposal is an item (learner.hpp, proposer.hpp).
// No execution is redundant or blocked.
//
// Between the items are run: executions once more (repeated_runs.hpp), what is to be known of adaptive operations
// (open_races.hpp), and what leads back to items that were forgotten (going_back.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <norn/scheduler/strategy/adaptive_kinds.hpp>
#include <norn/scheduler/strategy/going_back.hpp>
#include <norn/scheduler/strategy/item_frontier.hpp>
#include <norn/scheduler/strategy/item_run.hpp>
#include <norn/scheduler/strategy/learner.hpp>
#include <norn/scheduler/strategy/open_races.hpp>
#include <norn/scheduler/strategy/proposer.hpp>
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
  exhaustive(const exhaustive&) = delete;
  exhaustive& operator=(const exhaustive&) = delete;

  bool begin_execution() override;
  std::size_t shared_prefix() const override { return run_.shared(); }
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override;
  execution_kind end_execution(const execution& done) override;
  void restart() override;
  search_coverage coverage() const override { return {.every_trace = true}; }
  std::optional<divergence> diverged() const override { return run_.diverged(); }

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
  void share_nothing() { run_.share_nothing(); }

  // The kinds of operations that had extra accesses in some execution: adaptive too. Known before a search starts
  // over, they need not be found again.
  using kinds = adaptive_kinds::hashes;
  const kinds& kinds_with_extra_accesses() const { return adaptive_.with_extra_accesses(); }
  void learn(const kinds& extra_accesses) { adaptive_.learn(extra_accesses); }

 private:
  enum class purpose { item, repeat, probe };  // of a run
  void take_up(work_item&& item, purpose of_run);
  thread_id find_parent(const execution& so_far);
  execution_kind end_item(const execution& done);

  std::size_t most_items_;
  item_frontier items_;
  adaptive_kinds adaptive_;
  item_run run_{items_, adaptive_};
  proposer proposer_{items_, adaptive_};
  open_races open_races_{items_, proposer_};
  learner learner_{items_, adaptive_, proposer_, open_races_};
  going_back going_back_{items_};
  repeated_runs repeated_;
  purpose purpose_ = purpose::item;
};

}  // namespace norn::engine
