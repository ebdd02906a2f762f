// Held locks: who holds which lock along a narrated execution, from what its events say of themselves
// (narration.hpp, lock_note). No primitive is known here.
//
// A lock that is not a thread's own, of an open file description or of a process, counts as held by
// each thread that took it for that owner, until one of them lets go of it.
#pragma once

#include <string>
#include <vector>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn::engine {

class held_locks {
 public:
  void note(thread_id by, const std::vector<lock_note>& notes);

  // In the order in which they were taken.
  std::vector<held_lock> of(thread_id t, const runner& r) const;
  std::vector<held_lock> all(const runner& r) const;

 private:
  struct entry {
    object_slot lock;
    lock_owner owner;
    thread_id thread;
    std::string mode;
  };

  void take(thread_id by, const lock_note& n);
  static held_lock describe(const entry& e, const runner& r);

  std::vector<entry> entries_;
};

}  // namespace norn::engine
