// Timers of an event loop: what is to be run later, and which of it may have come due.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace norn::asyncio {

// How long the steps of a loop take.
enum class loop_time {
  // Any time (asynchronous time, model/time/clock.hpp): a timer may have come due at each turn of the loop, and of
  // two timers the later one first if its delay is shorter. No property is saved by a timeout being long.
  asynchronous,
  // None: timers come due in the order of their deadlines, and only while the loop has nothing else to do. What other
  // threads do still takes any time.
  prompt,
};

struct handle;

class timers {
 public:
  struct timer {
    std::shared_ptr<handle> what;
    std::chrono::nanoseconds delay;
    std::chrono::nanoseconds deadline;  // of the virtual clock
  };

  explicit timers(loop_time takes) : takes_(takes) {}

  bool empty() const { return all_.empty(); }
  void add(timer t) { all_.push_back(std::move(t)); }
  void remove(const handle& cancelled);
  void clear() { all_.clear(); }
  // Requires: there are some.
  std::chrono::nanoseconds first_deadline() const;

  // The ways in which timers may have come due, each a list of positions in the order in which they did. Never empty,
  // and one more than `most_ways` where there are more than that.
  // `now`: what the virtual clock shows, which matters where steps take no time. `idle`: nothing else is left to be
  // done, so the loop has waited for a timer.
  using due = std::vector<std::size_t>;
  static constexpr std::size_t most_ways = 1000;
  std::vector<due> may_be_due(std::chrono::nanoseconds now, bool idle) const;

  // Takes them out, in that order.
  std::vector<timer> take(const due& which);

 private:
  void extend(due& so_far, bool idle, std::vector<due>& ways) const;
  bool is_before(std::size_t a, std::size_t b) const;
  due certainly_due(std::chrono::nanoseconds until) const;

  loop_time takes_;
  std::vector<timer> all_;  // in the order in which they were set
};

}  // namespace norn::asyncio
