// Interruption: what ends a thread's wait from outside: a signal, the cancellation of a task. Each thread (or task) that can
// be interrupted has one. Where it waits, its wait ends; where it does not, its next wait does not begin.
//
// What can be interrupted says so: the step in which it begins to wait calls `begin`. Two kinds of waits can:
//
// - A wait that others end (waiter.hpp). The step that joins the queue calls `begin`, and an interrupt ends the wait like
//   whoever else comes first.
// - A wait at a gate that can close again, such as a mutex: the thread calls `begin` in a step of its own before it waits
//   at the gate. The gate's word says which of those who wait have been interrupted, and the guard is open for them. So
//   an interrupt is one more event that writes the gate, and the first event on the gate still decides
//   (docs/decisions/0019-waits-and-interrupts.md).
#pragma once

#include <optional>
#include <string_view>

#include <norn/model/sync/waiter.hpp>
#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

// A gate whose waits can be interrupted.
class interruptible_gate {
 public:
  // The object of the guard.
  virtual const engine::object& gate() const = 0;
  // Changes the gate's word so that the thread can go on. Part of an event that writes the gate. Requires: it waits here.
  virtual void let_through(engine::point& p, engine::thread_id waiting) = 0;

 protected:
  ~interruptible_gate() = default;
};

class interruption {
 public:
  explicit interruption(std::string_view label = {}) : state_("interruption", label) {}

  // What the step of `begin` is announced on where it is a step of its own.
  const engine::object& state() const { return state_; }

  // The owner begins to wait: until the wait is ended, or at the gate, in its very next operation. False where it has been
  // interrupted before, which is used up by that: it must not wait then. Writes the interruption.
  bool begin(engine::point& p, const pending_wait& w);
  bool begin(engine::point& p, interruptible_gate& g);
  // The owner waits at the gate no more. Part of its event on the gate.
  void leave() { waits_at_gate_ = false; }

  // Ends the owner's wait, or keeps the next one from beginning. Writes the interruption, and what the owner waits for: the
  // kind of the operation has to be adaptive. True where a wait has been ended.
  bool interrupt(engine::point& p);

 private:
  struct gate_wait {
    interruptible_gate* at;
    const engine::object* object;
    engine::object_slot slot;
    engine::thread_id owner;
  };

  bool may_begin(engine::point& p);
  bool end_wait_at_gate(engine::point& p);

  engine::object state_;
  bool came_early_ = false;  // an interrupt, while the owner did not wait
  // What the newest wait began for: one of the two. Changed by events that write the interruption.
  std::optional<pending_wait> wait_;
  std::optional<gate_wait> gate_wait_;
  // Whether the wait at the gate goes on. Its end is an event that writes the gate, and who looks at it writes the gate.
  bool waits_at_gate_ = false;
};

}  // namespace norn
