// Object: the part of a modelled thing (a mutex, a file, a variable) that the scheduler knows. It
// has a logical name, a label for the reader, and one 64-bit word of state on which operations can
// wait (operation.hpp, guard).
#pragma once

#include <cstdint>
#include <string_view>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::engine {

// Where the object is. The memory of a process is no other process' to use; everything else in the world is anyone's.
enum class object_home : std::uint8_t { world, memory };

class object {
 public:
  // `type` is a literal ("mutex"); `label` is what the program calls the object and is copied only
  // when the execution is narrated. Requires: called inside the body of a check; reported as misuse
  // otherwise. Not a scheduling point.
  explicit object(const char* type, std::string_view label = {}, std::uint64_t word = 0,
                  object_home home = object_home::world);

  // A write of the object, and a scheduling point, unless every thread that could still use the
  // object has ended before (by happens-before); while an execution is abandoned, nothing at all.
  ~object();

  object(const object&) = delete;
  object& operator=(const object&) = delete;

  object_slot slot() const { return slot_; }

 private:
  object_slot slot_;
};

// An object in the memory of a process: that of the first process that uses it. The use of another one is misuse. What
// the body of the check does while nothing runs beside it is no use. `shared_memory` makes exceptions.
class memory_object : public object {
 public:
  explicit memory_object(const char* type, std::string_view label = {}, std::uint64_t word = 0)
      : object(type, label, word, object_home::memory) {}
};

}  // namespace norn::engine
