// Waiter: how a thread waits until somebody ends its wait, and says why: a notification, a timeout of another's, a
// deadlock of which it was chosen as the victim, an interrupt. The part that conditions and the waits of atomics have in
// common, and whatever else a model lets threads wait for.
//
//   {
//     point p{wait_kind, state_, where};
//     p.write(state_);
//     mine = pending_wait::begin();  // in the step in which the thread joins what it waits for
//     queue_.add(mine);
//   }
//   point p{wake_kind, state_.slot(), where, mine.until_ended()};
//   mine.read(p);
//   if (mine.reason(p) == wake_reason::interrupted) ...
//
// A thread has one waiter and one wait at a time, but it may wait for several things at once: the wait is in the queue of
// each, and the first who ends it decides the reason. Whoever comes later changes nothing.
//
// Invariant: the word of a waiter's object is the number of the newest wait that has been ended, and the reason. It only
// grows and a wait asks for its own number, so a wait that has been ended stays ended: the guard is not revocable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/trace/operation.hpp>

namespace norn {

// Why a wait has ended. A model has reasons of its own from `of_the_model` on.
enum class wake_reason : std::uint8_t {
  granted = 1,  // what was waited for has come
  cancelled,    // nobody wants it any more
  victim,       // chosen to break a deadlock
  interrupted,  // from outside (interruption.hpp)
  of_the_model = 16,
};

// One wait of one thread. A value: valid for the whole execution, and of no effect once the wait has been ended.
class pending_wait {
 public:
  // The running thread waits from now on. Not a scheduling point and no access: nobody knows of the wait before it has been
  // put where others find it, in a step that writes the object of that place. Requires: the thread's wait before it
  // has ended, or nobody else ends that one any more.
  static pending_wait begin();

  engine::thread_id thread() const { return thread_; }

  // Ends the wait for this reason. False where the wait had been ended before: it keeps its reason.
  bool end(engine::point& p, wake_reason why) const;
  // The access of who could end it: a write, or a read where it has been ended.
  void touch(engine::point& p) const;
  void may_write(engine::point& p) const { p.may_write(*state_); }

  // What has become of it, which the event has to read, or write, with one of the two below.
  bool ended(const engine::point& p) const;
  wake_reason reason(
      const engine::point& p) const;  // Requires: ended, and the thread has begun no other wait
  void read(engine::point& p) const { p.read(*state_); }
  void write(engine::point& p) const { p.write(*state_); }

  // Open once the wait has ended.
  engine::guard until_ended() const;

  friend bool operator==(const pending_wait&, const pending_wait&) = default;

 private:
  pending_wait(const engine::object& state, engine::thread_id thread, std::uint64_t number)
      : state_(&state), thread_(thread), number_(number) {}

  const engine::object* state_;
  engine::thread_id thread_;
  std::uint64_t number_;
};

// Who waits on one thing, in the order in which they came. Changed only by events that write the object that the queue
// belongs to. A wait that has been ended elsewhere stays in the queue until it is met there.
class wait_queue {
 public:
  // `with` is what the model wants to know of the wait; only compared.
  void add(const pending_wait& w, const void* with = nullptr) { entries_.push_back({w, with}); }
  void remove(const pending_wait& w);

  // How many still wait. The event has to look at them (`look`) or end waits.
  std::size_t size(const engine::point& p) const;
  // Reads every waiter in the queue.
  void look(engine::point& p) const;

  struct entry {
    pending_wait wait;
    const void* with;
  };
  // The first that still waits, null where there is none.
  const entry* first(const engine::point& p) const;

  // Ends the wait of the one that came `place`-th among those that still wait, and returns it. Touches every waiter there
  // is, so that whichever is chosen, the accesses are the same. That orders no more events: whoever looks at a waiter
  // that has not been ended writes the object that the queue belongs to, as this event does.
  pending_wait end_one(engine::point& p, std::size_t place, wake_reason why);
  void end_all(engine::point& p, wake_reason why);

 private:
  std::vector<entry> entries_;
};

}  // namespace norn
