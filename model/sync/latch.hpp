// Latch, in the shape of std::latch (C++20 [thread.latch.class]).
//
// Invariants: the object's word is the counter; counting down writes the object, all else reads it.
// The counter only falls, so a latch that is open stays open: waiting on it is no race for it. What a
// thread did before it counted down happens before the return from a wait.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn {

class latch {
 public:
  static constexpr std::ptrdiff_t max() noexcept {
    return std::numeric_limits<std::ptrdiff_t>::max();
  }

  // Requires: expected ≥ 0; `latch_not_below_zero` is violated otherwise.
  explicit latch(std::ptrdiff_t expected, std::string_view label = {});
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;

  // A scheduling point. By more than the counter (or by less than 0), it violates
  // `latch_not_below_zero` and does nothing.
  void count_down(std::ptrdiff_t update = 1, source_location where = source_location::current());

  // Whether the counter is 0; never fails spuriously. A scheduling point.
  bool try_wait(source_location where = source_location::current()) const;

  // Waits until the counter is 0. A scheduling point.
  void wait(source_location where = source_location::current()) const;

  // count_down(update), then wait(). Two scheduling points.
  void arrive_and_wait(std::ptrdiff_t update = 1,
                       source_location where = source_location::current());

 private:
  std::ptrdiff_t counter_;
  engine::memory_object state_;
};

}  // namespace norn
