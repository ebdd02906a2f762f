// Zone: a set of times of events, given by upper bounds on their differences (a difference bound matrix:
// Dill, "Timing assumptions and verification of finite-state concurrent systems", CAV 1989).
//
// Invariants: the set is not empty, and each bound is the least that the others imply. So whether another bound
// leaves anything is seen from one entry, events may be dropped by dropping their rows, and two zones of the same
// events are the same set exactly if their bounds are. All bounds are whole nanoseconds and none is strict: where
// there is a solution there is one in whole nanoseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <norn/scheduler/trace/timing.hpp>

namespace norn::engine {

class zone {
 public:
  using moment = timing::moment;

  // The start of the execution alone.
  zone() = default;

  // Adds an event of which nothing is known yet.
  void add(moment m);
  // Drops all others. Requires: `those` are among its events.
  void keep(const std::vector<moment>& those);

  // Whether some of the times have `later` at most so many nanoseconds after `earlier`, which may be fewer than 0.
  bool allows(moment later, moment earlier, std::int64_t at_most) const;
  // Whether all of them have.
  bool implies(moment later, moment earlier, std::int64_t at_most) const;
  // Drops the times that have not. Returns false where none have; the zone is of no more use then.
  [[nodiscard]] bool restrict_to(moment later, moment earlier, std::int64_t at_most);

  // Of the bounds between these events, in this order.
  std::uint64_t hash(const std::vector<moment>& events) const;

 private:
  std::size_t index_of(moment m) const;
  std::vector<std::int64_t> bounds_between(const std::vector<moment>& events) const;
  std::int64_t bound(std::size_t later, std::size_t earlier) const {
    return bounds_[later * events_.size() + earlier];
  }

  std::vector<moment> events_{0};
  std::vector<std::int64_t> bounds_{0};
};

}  // namespace norn::engine
