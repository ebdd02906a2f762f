// Exclusive gate: a lock with one owner; what recursive_mutex, timed_mutex and recursive_timed_mutex
// are made of. Each operation is one scheduling point.
//
// Invariants: the object's word is 0 when the gate is free, else the owner's identity + 1. Taking the
// gate and leaving it write the object, failing to take it reads it. Misuse writes it too: where a
// thread could take the gate, all that happens to it must be in one order. Whether the calling thread
// is the owner changes by its own operations only, so asking is no access. Of tasks that one thread carries, each may
// leave the gate that another one has taken: between two of their turns there is an order already.
#pragma once

#include <string_view>

#include <norn/model/time/timer.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::detail {

class exclusive_gate {
 public:
  exclusive_gate(const char* type, std::string_view label) : state_(type, label) {}

  // Waits until the gate is free. Taking it twice violates `no_double_lock`, in each of the three.
  void lock(source_location where);
  // Takes it if it is free.
  bool try_lock(source_location where);
  // Takes it if it is free, and lets the timer fire otherwise. Never blocked: to be served just before
  // the deadline is to take the gate in a later step.
  bool try_lock(const timer& until, source_location where);

  // By a thread other than the owner, violates `unlock_by_owner`.
  void unlock(source_location where);
  // The same as a part of another operation. Requires: owned by the caller, or `unlock_by_owner` is
  // violated.
  void unlock_in(engine::point& p);

  bool owned_by_caller() const;
  // The same where the caller is one of the tasks that a thread carries.
  bool owned_by_thread_of_caller() const;
  const engine::object& state() const { return state_; }

 private:
  void take(engine::point& p);
  void refuse_second_lock(engine::point& p) const;
  void refuse_stranger(engine::point& p) const;

  engine::memory_object state_;
  engine::thread_id owner_ = engine::no_thread;
};

}  // namespace norn::detail
