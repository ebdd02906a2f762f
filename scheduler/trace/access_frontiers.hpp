// Access frontiers: of each object, those of its accesses that a later access may depend on directly.
//
// Invariant: for every access a of the object that was taken in there is an access f in the frontier, a itself or
// one with a in its past, such that every access in conflict with a is in conflict with f.
//
// A frontier is a list, the newest access first. The list is never changed, since a newer frontier of the object may
// share its end. To go back to the first events of the execution therefore costs as much as was taken in after them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/trace/access.hpp>

namespace norn::engine {

class access_frontiers {
 public:
  struct taken {
    // The events of other threads that the access depends on directly, the newest first. An event with several such
    // accesses may be named several times. Valid until the next access is taken in.
    std::span<const event_id> depends_on;
    bool repeated = false;  // an equal access of the same event is in the frontier
  };
  // Takes in an access that the thread made in the event.
  // Requires: no access of a later event has been taken in.
  taken take_in(event_id event, thread_id thread, const access& a);
  // Forgets the accesses of all events but the first `kept`.
  void rewind(std::size_t kept);

 private:
  using frontier = std::uint32_t;  // the place of its newest entry
  static constexpr frontier none = UINT32_MAX;
  struct entry {
    event_id event{};
    thread_id thread{};
    frontier older = none;
    access what;
    // From this entry on, those that commute by their modes are a run. `after_alike` is the entry behind the run;
    // `threads_alike` has a bit for each thread of the run, and threads may share a bit.
    frontier after_alike = none;
    std::uint64_t threads_alike = 0;
  };
  struct change {
    event_id event{};
    object_slot object{};
    frontier before = none;
    std::uint32_t entries = 0;  // so many there were
  };

  static bool covers(const access& a, thread_id by, const entry& older);
  frontier uncovered(frontier newest, frontier last, const access& a, thread_id by);
  frontier add_entry(event_id event, thread_id thread, const access& what, frontier older);

  std::vector<frontier> newest_;  // of each object
  std::vector<entry> entries_;
  std::vector<change> changes_;
  std::vector<event_id> depends_on_;  // of the access taken in last
  std::vector<frontier> uncovered_;   // scratch
};

}  // namespace norn::engine
