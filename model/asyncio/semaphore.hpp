// Semaphore and BoundedSemaphore, as those of asyncio: tasks are served in the order in which they came.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <norn/model/asyncio/loop_bound.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

class semaphore {
 public:
  // Throws value_error where the value is negative.
  explicit semaphore(std::ptrdiff_t value = 1, std::string_view label = {});

  // A scheduling point, and another if it waits.
  void acquire(source_location where = source_location::current());
  void release(source_location where = source_location::current());
  // Whether `acquire` would wait.
  bool locked(source_location where = source_location::current()) const;

 protected:
  // `most`: `release` throws value_error beyond it.
  semaphore(const char* type, std::ptrdiff_t value, std::optional<std::ptrdiff_t> most,
            std::string_view label);

 private:
  bool is_locked() const;
  void wake_next(engine::point& p);

  loop_bound bound_;
  std::ptrdiff_t value_;
  std::optional<std::ptrdiff_t> most_;
  waiters waiting_;
};

class bounded_semaphore : public semaphore {
 public:
  explicit bounded_semaphore(std::ptrdiff_t value = 1, std::string_view label = {})
      : semaphore("BoundedSemaphore", value, value, label) {}
};

}  // namespace norn::asyncio
