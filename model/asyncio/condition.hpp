// Condition, as asyncio.Condition.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include <norn/model/asyncio/lock.hpp>
#include <norn/model/asyncio/loop_bound.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

class condition {
 public:
  explicit condition(std::string_view label = {})
      : bound_("Condition", label), own_(label), lock_(own_) {}
  // With a lock that others use, too.
  explicit condition(lock& shared, std::string_view label = {})
      : bound_("Condition", label), own_(label), lock_(shared) {}

  void acquire(source_location where = source_location::current()) { lock_.acquire(where); }
  void release(source_location where = source_location::current()) { lock_.release(where); }
  bool locked(source_location where = source_location::current()) const {
    return lock_.locked(where);
  }

  // Lets go of the lock, waits to be notified and takes the lock again, also where the wait is cancelled. Throws
  // runtime_error where the lock is not held. Scheduling points.
  void wait(source_location where = source_location::current());
  template <std::predicate Predicate>
  void wait_for(Predicate holds, source_location where = source_location::current()) {
    while (!holds()) wait(where);
  }

  // Wakes as many of those who wait, the first first. Throw runtime_error where the lock is not held.
  void notify(std::size_t n = 1, source_location where = source_location::current());
  void notify_all(source_location where = source_location::current());

 private:
  loop_bound bound_;
  lock own_;
  lock& lock_;
  waiters waiting_;
};

}  // namespace norn::asyncio
