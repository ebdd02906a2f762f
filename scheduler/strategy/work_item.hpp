// Work item: the whole of what one piece of the search needs, a schedule cut into blocks.
//
// Each block is one decision. With S the events before the block, the block makes its last event
// resolve the thread next(S): by being that thread's next event, with the rest of the block its causal
// past beyond S, or by being the first event of another thread on the gate that next(S) waits at.
//
// Invariants: an item replays without divergence; a block lies in the past of its last event; items
// know nothing of one another.
#pragma once

#include <cstdint>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/trace/execution.hpp>
#include <norn/scheduler/trace/operation.hpp>

namespace norn::engine {

struct planned_step {
  thread_id thread{};
  std::uint16_t alternative = 0;
  bool ends_block = false;
  // The block's last event belongs to next(S), took its default alternative, and is not a guarded
  // event that others were put before: the decision may be reversed further.
  bool reversible = false;
  // What the step is expected to be. Of a step that was read from a checkpoint no kind is known: `object`
  // holds its check (execution.hpp) instead.
  const operation_kind* kind = nullptr;
  object_id object{};
};

// The thread's next step, by its default alternative.
inline planned_step plan(const execution& t, thread_id by, const operation& op) {
  planned_step s;
  s.thread = by;
  s.kind = op.kind;
  s.object = op.object == no_object ? object_id{} : t.name_of(op.object);
  return s;
}

// What tells the step from others in a checkpoint.
std::uint32_t check_of(const planned_step& s);

// What is yet to be found out about an item's last block when it is first run: the outcomes of the
// reversed operation `w` and, in an ordinary decision, of the resolution after it.
struct proposal {
  std::uint32_t block = 0;     // position of the block's first step
  std::uint32_t reversed = 0;  // position of w
  bool guarded = false;        // w itself resolves the decision
  bool foreseen = false;       // nothing is left to find out: the two have fixed accesses
  thread_id decides{};         // next(S)
};

enum class item_role : std::uint8_t {
  work,
  // Stands for all that comes after the item in the order of the search: what else the execution that
  // proposed it has proposed, and so on up to the root. The item itself has been done.
  rest,
  // The work ends before the item, or after it: what follows is another's.
  end_before,
  end_after,
};

struct work_item {
  std::vector<planned_step> steps;
  bool proposed = false;
  engine::proposal proposal;
  item_role role = item_role::work;
  // What the proposer has seen the checked step touch (footprint.hpp); 0: nothing is expected of it.
  std::uint64_t touches = 0;

  // The step that is held against `touches`: the last one, where it is another alternative of what the proposer has
  // run, or the reversed operation.
  std::size_t checked() const {
    const bool reversal = proposed && steps.back().alternative == 0;
    return reversal ? proposal.reversed : steps.size() - 1;
  }

  void clear() {
    steps.clear();
    proposed = false;
    role = item_role::work;
    touches = 0;
  }
};

// Whether two items decide the same.
bool same_steps(const work_item& a, const work_item& b);

}  // namespace norn::engine
