// Symmetry: which proposals of a program with groups of equal threads (run/spawn.hpp) come to nothing but
// renamings of what is explored all the same (docs/decisions/0015-symmetry.md).
//
// Two equal threads change places in a configuration S if another configuration, under their exchange, is S:
// whatever extends that one is then, renamed, an extension of S. Of two cells of a decision at S that are images
// of each other in this way, one is enough.
#pragma once

#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

// The reversal of a decision, as exhaustive proposes it.
struct reversal {
  cut_view at;        // S, where the decision is
  cut_view before;    // what goes before the resolution, S included, the reversed operation not
  thread_id decides;  // next(S)
  thread_id by;       // whose operation is reversed: it goes before the resolution
  bool guarded;       // the decision is about a gate: `by`'s operation resolves it
};

// Whether every execution that the reversal leads to is a renaming of one of another cell of the same decision,
// which comes earlier in an order of them.
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
