// Waiter: how a thread waits until another thread names it, the part that conditions and the waits of
// atomics have in common. A thread waits for one thing at a time, so it has one waiter, made at its
// first wait, and waiting allocates nothing after that.
//
// Invariant: the word of the waiter's object is the number of the newest wait that was ended by a
// notification. It only grows and a wait asks for its own number, so a wait that has been notified
// stays notified: the guard is not revocable.
#pragma once

#include <cstddef>
#include <cstdint>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/trace/operation.hpp>

namespace norn {

class waiter {
 public:
  explicit waiter(engine::thread_id thread) : thread_(thread) {}
  static waiter& of_this_thread();

  engine::thread_id thread() const { return thread_; }

  // Open once the wait that began last has been notified.
  engine::guard until_notified() const;
  bool notified(const engine::point& p) const { return p.word(state_) == waits_; }
  void read(engine::point& p) const { p.read(state_); }
  void write(engine::point& p) const { p.write(state_); }
  void may_write(engine::point& p) const { p.may_write(state_); }

  // What the thread let go of when it began to wait; only compared.
  const void* mutex() const { return mutex_; }

 private:
  friend class wait_queue;

  engine::object state_{"waiter"};
  const engine::thread_id thread_;
  std::uint64_t waits_ = 0;  // the number of the newest wait; only the thread itself counts it up
  const void* mutex_ = nullptr;
  waiter* next_ = nullptr;
};

// Who waits on one thing, in the order in which they came. Changed only by events that write the
// object that the queue belongs to.
class wait_queue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const waiter* first() const { return first_; }

  void add(waiter& w, const void* mutex = nullptr);
  void remove(const waiter& w);

  // Ends the wait of the one that came `place`-th. Writes every waiter there is, so that whichever is chosen, the
  // accesses are the same. That orders no more events: whoever looks at a waiter that has not been notified writes
  // the object that the queue belongs to, as the notification does.
  const waiter& notify(engine::point& p, std::size_t place);
  void notify_all(engine::point& p);

 private:
  waiter** link_to(const waiter& w);

  waiter* first_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace norn
