// Item recovery: what an execution, as a trace, has decided, and the order in which its work item runs it.
//
// The blocks of an item, and the order within each, are functions of the trace alone. An item that has been
// forgotten can therefore be found again: from an execution of its trace, in whatever order that was run.
#pragma once

#include <vector>

#include <norn/scheduler/strategy/work_item.hpp>
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

inline bool waits_on_gate(const operation& op) { return op.guard.exists() && op.guard.revocable; }

inline bool contains(cut_view cut, const event& e) { return cut[index_of(e.thread)] > e.index; }

struct found_item {
  // Whole, or one of these: what was decided until
  //   - a thread waits at a gate for good whose operation would have been enabled. Whether it only reads the gate
  //     is not to be seen here: the operation is the last step, and is to be run.
  //   - the execution was cut at the bound on depth.
  enum class extent { whole, until_question, until_bound };
  work_item item;
  extent reaches = extent::whole;
};

// The item that leads to this execution. `answers` are those to its questions, in their order: whether the operation
// only reads its gate. Requires: the execution is complete.
found_item item_of(const execution& t, const std::vector<bool>& answers);

// Whether the event leaves the gate that it waited at as it was.
bool only_reads_its_gate(const execution& t, event_id e);

// Appends the events of `to` that are not in `from`: each after those that happen before it, else the lowest
// thread first. Requires: both are cuts, the first a part of the second.
void append_in_order(const execution& t, cut_view from, cut_view to, std::vector<event_id>& order);

// Whether the first access of `e` that conflicts with `k` comes after the first that conflicts with
// `w`; threads decide where it is the same one. A total order.
bool runs_into_later(const execution& t, const event& e, const event& k, const event& w);

}  // namespace norn::engine
