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

// What a narrated event did to a lock: its owner holds it from now on, or holds it no longer.
struct lock_note {
  object_slot lock = no_object;
  lock_owner owner = lock_owner::thread;
  bool held = true;
  std::string mode;  // "shared", "bytes 0 to 9"; empty where there is one way only
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
  // The event's thread has the lock, for the owner; what the owner had of it before is replaced.
  void takes(const object& lock, std::string mode = {}, lock_owner owner = lock_owner::thread) {
    locks.push_back({lock.slot(), owner, true, std::move(mode)});
  }
  void lets_go(const object& lock, lock_owner owner = lock_owner::thread) {
    locks.push_back({lock.slot(), owner, false, {}});
  }
};

}  // namespace norn::engine
