// Narration: what an event of a narrated execution says of itself, for the reader of a trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn::engine {

// Who holds a lock, where that is not a thread: an open file description, a process. By default the
// thread of the event.
enum class lock_owner : std::uint64_t { thread = UINT64_MAX };

// What a narrated event did to a lock: its owner holds it from now on, or holds it no longer. Permits are counted.
struct lock_note {
  enum class what : std::uint8_t { taken, let_go, permit_taken, permits_returned };

  object_slot lock = no_object;
  lock_owner owner = lock_owner::thread;
  what change = what::taken;
  std::string mode = {};  // "shared", "bytes 0 to 9"; empty where there is one way only
  std::uint64_t permits = 1;
  bool listed = true;  // among the locks that its thread holds
};

// What a narrated event says of itself; every part may stay empty.
struct narration {
  std::string arguments;  // "(path, O_TRUNC)": shown after the operation's name
  std::string result;     // shown after an arrow
  std::string changes;    // "runs[1].status QUEUED→RUNNING"
  std::vector<lock_note> locks;

  // A text that repeats the one before it is left out.
  void add_change(std::string_view text) {
    if (changes == text || changes.ends_with("; " + std::string(text))) return;
    if (!changes.empty()) changes += "; ";
    changes += text;
  }
  // Who waits for whom is read off these, and off nothing else: a thread that waits for the object, or in an operation on
  // it, waits for those who have it.

  // The event's thread has the lock, for the owner; what the owner had of it before is replaced. Also of what only stands
  // for a lock, such as the end of a transaction that others wait for.
  void takes(const object& lock, std::string mode = {}, lock_owner owner = lock_owner::thread) {
    locks.push_back({.lock = lock.slot(), .owner = owner, .mode = std::move(mode)});
  }
  void lets_go(const object& lock, lock_owner owner = lock_owner::thread) {
    locks.push_back({.lock = lock.slot(), .owner = owner, .change = lock_note::what::let_go});
  }
  // The event's thread keeps others waiting by what is no lock for a reader, such as its turn of an event loop, until it
  // lets go of it.
  void occupies(const object& o) { locks.push_back({.lock = o.slot(), .listed = false}); }
  // The event's thread has one more permit, or so many fewer. Where in some step of the execution a thread returns more
  // than it has taken, permits are signals, and nobody holds them.
  void takes_permit(const object& semaphore) {
    locks.push_back({.lock = semaphore.slot(), .change = lock_note::what::permit_taken});
  }
  void returns_permits(const object& semaphore, std::uint64_t count) {
    locks.push_back(
        {.lock = semaphore.slot(), .change = lock_note::what::permits_returned, .permits = count});
  }
};

}  // namespace norn::engine
