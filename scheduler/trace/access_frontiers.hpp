// Access frontiers: of each object, those of its accesses that a later access may depend on directly.
//
// Invariant: for every access a of the object that was taken in there is an access f in the frontier, a itself or
// one with a in its past, such that every access in conflict with a is in conflict with f.
//
// A frontier is indexed by region: accesses of a single key are listed by their keys, all others in one list. An access
// of a key therefore meets that key's list and the others, however many keys there are.
//
// A list has the newest access first. It is never changed, since a newer list may share its end. To go back to the
// first events of the execution therefore costs as much as was taken in after them.
#pragma once

#include <cstdint>
#include <optional>
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
  using list = std::uint32_t;  // the place of its newest entry
  static constexpr list none = UINT32_MAX;
  static constexpr list absent = UINT32_MAX - 1;  // the key has no list yet
  struct entry {
    event_id event{};
    thread_id thread{};
    list older = none;
    access what;
    // From this entry on, those that commute by their modes are a run. `after_alike` is the entry behind the run;
    // `threads_alike` has a bit for each thread of the run, and threads may share a bit.
    list after_alike = none;
    std::uint64_t threads_alike = 0;
  };
  struct keyed {
    std::uint64_t key = 0;
    list newest = none;
  };
  struct frontier {
    list spans = none;        // of regions that are not a single key
    std::vector<keyed> keys;  // in the order of keys; some lists may be empty
  };
  struct change {
    event_id event{};
    object_slot object{};
    std::optional<std::uint64_t>
        key;  // whose list has changed; nothing where it is the list of spans
    list before = none;
    std::uint32_t entries = 0;  // so many there were
  };

  struct taking {
    event_id event{};
    thread_id thread{};
    const access& what;
    std::uint32_t entries = 0;  // so many there were
    bool repeated = false;
  };
  void take_in_key(frontier& of, taking& now);
  void take_in_span(frontier& of, taking& now);
  // Notes what of the list the access depends on. Returns the list without what the access covers.
  list meet(list met, taking& now);
  list without_covered(list newest, list last_covered, const taking& now);
  list add_entry(event_id event, thread_id thread, const access& what, list older);
  void note_change(const taking& now, std::optional<std::uint64_t> key, list before);
  void undo(const change& c);

  std::vector<frontier> frontiers_;  // of each object
  std::vector<entry> entries_;
  std::vector<change> changes_;
  std::vector<event_id> depends_on_;  // of the access taken in last
  std::vector<list> uncovered_;       // scratch
};

}  // namespace norn::engine
