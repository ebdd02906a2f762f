// Decisions: those that a complete execution has made and that may be reversed, and the cuts between its events.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <norn/scheduler/strategy/work_item.hpp>
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

struct decision {
  std::uint32_t first = 0;  // positions of the block
  std::uint32_t last = 0;
};

class decisions {
 public:
  // The next execution has no more than the first `kept` events in common with the one before.
  void rewind(std::size_t kept) { cuts_known_ = std::min(cuts_known_, kept); }
  // `steps` are those that led to the execution.
  void find(const execution& t, const std::vector<planned_step>& steps);

  // Null where the event ends none.
  const decision* ended_by(event_id e) const {
    const std::int32_t d = ending_at_[index_of(e)];
    return d < 0 ? nullptr : &all_[static_cast<std::size_t>(d)];
  }
  bool any_before(std::size_t position) const {
    return !all_.empty() && all_.front().last < position;
  }
  // The first events, so many.
  cut_view cut_of(std::size_t events) const {
    return cut_view(cuts_).subspan(events * width_, width_);
  }

 private:
  std::vector<decision> all_;
  std::vector<std::int32_t> ending_at_;  // by position; -1: none
  std::vector<event_count> cuts_;        // row i: the first i events
  std::size_t width_ = 0;
  std::size_t cuts_known_ = 0;  // rows after the first that the next execution has too
};

}  // namespace norn::engine
