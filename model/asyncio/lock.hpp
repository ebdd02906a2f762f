// Lock, as asyncio.Lock: tasks take it in the order in which they came. It has no owner: any task may release it.
//
//   asyncio::lock lock;
//   asyncio::lock_guard hold{lock};  // async with lock
#pragma once

#include <string_view>

#include <norn/model/asyncio/loop_bound.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

class lock {
 public:
  explicit lock(std::string_view label = {}) : bound_("Lock", label) {}

  // Waits until it is free and nobody came before. A scheduling point, and another if it waits.
  void acquire(source_location where = source_location::current());
  // Throws runtime_error where it is not locked. A scheduling point.
  void release(source_location where = source_location::current());
  bool locked(source_location where = source_location::current()) const;

 private:
  friend class condition;
  void wake_first(engine::point& p);
  void release(engine::point& p);

  loop_bound bound_;
  bool locked_ = false;
  waiters waiting_;
};

// Anything with `acquire` and `release`.
template <class Lock>
class lock_guard {
 public:
  explicit lock_guard(Lock& l, source_location where = source_location::current())
      : lock_(l), where_(where) {
    lock_.acquire(where);
  }
  ~lock_guard() { lock_.release(where_); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;

 private:
  Lock& lock_;
  source_location where_;
};

}  // namespace norn::asyncio
