// Held locks: who holds which lock along a narrated execution, from what its events say of themselves
// (narration.hpp, lock_note). No primitive is known here, and nothing is guessed.
//
// A lock that is not a thread's own, of an open file description or of a process, counts as held by
// each thread that took it for that owner, until one of them lets go of it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn::engine {

class held_locks {
 public:
  // Before the first event. Requires: `of` has narrated `done`; both outlive this.
  held_locks(const runner& of, const execution& done);

  // The next event has happened, or all.
  void advance();
  void advance_to_end();
  std::size_t events() const { return events_; }

  // In the order in which they were taken, without what is not listed.
  std::vector<held_lock> of(thread_id t) const;
  std::vector<held_lock> all() const;

  // Who has the lock: another than `waiting` if there is one, and first of those who took it in the event `since` or
  // later. no_thread where nobody says to have it.
  thread_id holder(object_slot lock, thread_id waiting, event_id since) const;

 private:
  struct entry {
    object_slot lock;
    lock_owner owner;
    thread_id thread;
    std::string mode;
    std::uint64_t permits = 0;
    std::size_t taken_in = 0;  // the event that took it, or the first of its permits
    bool listed = true;
  };

  void note(thread_id by, const lock_note& n);
  void take(thread_id by, const lock_note& n);
  void take_permit(thread_id by, object_slot semaphore);
  void return_permits(thread_id by, const lock_note& n);
  held_lock describe(const entry& e) const;

  const runner& runner_;
  const execution& done_;
  std::set<object_slot>
      signals_;  // semaphores whose permits are not returned by those who took them
  std::vector<entry> entries_;
  std::size_t events_ = 0;
};

}  // namespace norn::engine
