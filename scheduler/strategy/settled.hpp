// Settled: which decisions of an execution need not be asked, since the execution is known to propose nothing for them
// (docs/decisions/0006-old-decisions-are-not-asked-again.md).
//
// The last block of the item decided against what `next` would have done at the beginning of the block. At an earlier
// cut `next` names the same thread, whatever other events the cut lacks, if two things are so: the thread of the block
// was created before the cut, and no operation of this thread from the cut to the block waits for something that came
// after the cut.
#pragma once

#include <vector>

#include <norn/scheduler/strategy/decisions.hpp>
#include <norn/scheduler/strategy/work_item.hpp>
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

// The decisions that end at `from` or later have no proposal with a cut that lies in `before`.
struct settled {
  std::size_t from = 0;
  std::size_t block = 0;  // `before` is all that comes before this position
  std::vector<event_count> before;

  // Of the execution that the item led to, whose decisions are `all`. From position `by_next` on, `next` chose.
  void find(const execution& t, const work_item& item, std::size_t by_next, const decisions& all);
  bool covers(const decision& d, cut_view cut) const {
    return d.last >= from && subset(cut, before);
  }
};

}  // namespace norn::engine
