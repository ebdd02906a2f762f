// Event, as asyncio.Event.
#pragma once

#include <string_view>

#include <norn/model/asyncio/loop_bound.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

class event {
 public:
  explicit event(std::string_view label = {}) : bound_("Event", label) {}

  // Wakes all who wait. A scheduling point, as the others.
  void set(source_location where = source_location::current());
  void clear(source_location where = source_location::current());
  bool is_set(source_location where = source_location::current()) const;
  // Waits unless it is set.
  void wait(source_location where = source_location::current());

 private:
  loop_bound bound_;
  bool set_ = false;
  waiters waiting_;
};

}  // namespace norn::asyncio
