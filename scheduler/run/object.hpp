// Object: the part of a modelled thing (a mutex, a file, a variable) that the scheduler knows. It
// has a logical name, a label for the reader, and one 64-bit word of state on which operations can
// wait (operation.hpp, guard).
#pragma once

#include <cstdint>
#include <string_view>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::engine {

class object {
 public:
  // `type` is a literal ("mutex"); `label` is what the program calls the object and is copied only
  // when the execution is narrated. Requires: called inside the body of a check; reported as misuse
  // otherwise. Not a scheduling point.
  explicit object(const char* type, std::string_view label = {}, std::uint64_t word = 0);

  // A write of the object, and a scheduling point, unless every thread that could still use the
  // object has ended before (by happens-before); while an execution is abandoned, nothing at all.
  ~object();

  object(const object&) = delete;
  object& operator=(const object&) = delete;

  object_slot slot() const { return slot_; }

 private:
  object_slot slot_;
};

}  // namespace norn::engine
