#include <norn/scheduler/run/run_locals.hpp>

#include <utility>

#include <norn/scheduler/trace/operation.hpp>

namespace norn::engine {

run_local_slot& run_locals::find(const void* key, const char* type_name,
                                 std::unique_ptr<run_local_slot> (*make)()) {
  for (const entry& each : all_) {
    if (each.key == key) return *each.value;
  }
  const char* const outer = std::exchange(making_, type_name);
  const std::uint32_t outer_made = std::exchange(objects_made_, 0);
  all_.push_back({key, make()});
  making_ = outer;
  objects_made_ = outer_made;
  return *all_.back().value;
}

object_id run_locals::next_object_id() {
  return object_id((hash_of_name(making_) << 32 | run_local_mark) | objects_made_++);
}

}  // namespace norn::engine
