// Mutex, in the shape of std::mutex (C++20 [thread.mutex.class]). Works with std::lock_guard,
// std::unique_lock and std::scoped_lock.
#pragma once

#include <string_view>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn {

namespace engine {
class point;
}  // namespace engine

class mutex {
 public:
  explicit mutex(std::string_view label = {}) : state_("mutex", label) {}

  // Waits until no thread owns the mutex, and owns it. A scheduling point. Locking a mutex that the
  // caller owns is undefined in C++; here it violates `no_double_lock`.
  void lock(source_location where = source_location::current());

  // Owns the mutex if no thread does; never fails spuriously. A scheduling point.
  bool try_lock(source_location where = source_location::current());

  // A scheduling point. Unlocking a mutex that the caller does not own violates `unlock_by_owner`.
  void unlock(source_location where = source_location::current());

  // Unlocks as part of another operation's step, which is then about this mutex too: a wait.
  void unlock_in(engine::point& p);

  // Whether the calling thread owns it; for assertions and for other models. Not a scheduling point.
  bool owned_by_caller() const;

  const engine::object& state() const { return state_; }

 private:
  void take(engine::point& p);

  engine::memory_object state_;  // word: 0 when free, else the owner's identity + 1
};

}  // namespace norn
