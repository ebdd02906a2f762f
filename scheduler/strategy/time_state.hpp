// Time state: at what times the events so far can have happened, and which threads may go on therefore. It is the
// state class of a time Petri net (Berthomieu & Menasche, "An enumerative approach for analyzing time Petri nets",
// IFIP Congress 1983): an operation that is enabled has a first and a last moment, and an event happens at a moment of
// its own that lies beyond no other operation's last one. Exactly the feasible orders go on.
//
// One operation's last moment is the later one of two, its deadline and its announcement. Which of them that is
// divides the times in two, so a state is a union of zones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/strategy/zone.hpp>
#include <norn/scheduler/trace/execution.hpp>
#include <norn/scheduler/trace/timing.hpp>

namespace norn::engine {

class time_state {
 public:
  // What is enabled after the last event. Called once for each event, and before the first.
  void look(const execution& so_far);

  // Whether the thread's operation can be the next event. Requires: `look` has seen the last event.
  bool may_go_on(const execution& so_far, thread_id t) const;
  // It is. Requires: it can be.
  void go_on(const execution& so_far, thread_id t);

  // Whether that event can take the alternative. One of them it can.
  bool may_take(std::uint16_t alternative) const;
  // It does. Requires: it can.
  void take(std::uint16_t alternative);

  // Equal for two states of the same trace from which the same can come.
  std::uint64_t hash(const execution& so_far) const;

 private:
  using moment = timing::moment;
  static constexpr moment none = SIZE_MAX;

  // Of a thread that is parked.
  struct waiting {
    bool parked = false;
    moment announced = none;
    moment enabled = none;  // and has been ever since
    moment sooner = none;   // the same of what the operation waits for before its deadline
    timing when;            // of the operation, its `since` resolved
  };

  void look_at(const execution& so_far, thread_id t);
  void divide_by_deadline(const waiting& of);
  std::vector<moment> referred_to() const;
  bool can_be_next(zone& times, const execution& so_far, thread_id t) const;
  bool keeps_up(zone& times, const waiting& each, moment now, std::int64_t delay) const;
  bool fits_alternative(zone& times, std::uint16_t alternative) const;

  std::vector<zone> zones_{zone()};
  std::vector<waiting> threads_;
  std::vector<moment> remembered_;  // events that the timing of operations to come may refer to
  moment now_ = 0;                  // the last event
  waiting running_;                 // as the operation was before it became the last event
};

}  // namespace norn::engine
