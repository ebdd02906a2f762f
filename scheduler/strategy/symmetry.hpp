// Symmetry: which proposals of a program with groups of equal threads (run/spawn.hpp) come to nothing but
// renamings of what is explored all the same (docs/decisions/0015-symmetry.md).
//
// Let a configuration R become the configuration S when two equal threads change places. Every extension of R,
// renamed in the same way, is then an extension of S. Where two cells of a decision at S are images of each other
// under such a renaming, one of the two cells is enough.
#pragma once

#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

// The reversal of a decision, as the proposer makes it (proposer.hpp).
struct reversal {
  cut_view at;  // S, where the decision is
  cut_view
      before;  // the events before the resolution: S is part of them, the reversed operation is not
  thread_id decides;  // next(S)
  thread_id by;       // the thread of the reversed operation, which goes before the resolution
  bool guarded;       // the decision is about a gate: the operation of `by` resolves the decision
};

// Whether every execution that the reversal leads to is a renaming of an execution of another cell: a cell of the
// same decision that comes earlier in a fixed order of the cells.
bool is_renaming(const execution& t, const reversal& r);

// Whether the event may have offered its alternatives in an order of the threads that it knows of: whom to wake,
// what a crash leaves.
inline bool may_offer_threads(const event& e) {
  return e.alternatives > 1 && !e.op.kind->offers_data;
}

// Whether some thread that has led to the creation of this one is such.
template <class Holds>
bool any_ancestor(const execution& t, thread_id thread, const Holds& holds) {
  for (event_id c = t.creator_of(thread); c != no_event; c = t.creator_of(thread)) {
    thread = t.at(c).thread;
    if (holds(thread)) return true;
  }
  return false;
}

}  // namespace norn::engine
