// Run locals: the state of models that belongs to one execution (run_local.hpp), by its key.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/run_local.hpp>

namespace norn::engine {

class run_locals {
 public:
  void clear() { all_.clear(); }
  run_local_slot& find(const void* key, const char* type_name,
                       std::unique_ptr<run_local_slot> (*make)());

  // While one of them is being made: the name of the next object, after its type and not after the thread that came
  // first.
  bool makes_one() const { return making_ != nullptr; }
  object_id next_object_id();

 private:
  struct entry {
    const void* key;
    std::unique_ptr<run_local_slot> value;
  };

  std::vector<entry> all_;
  const char* making_ = nullptr;  // its type
  std::uint32_t objects_made_ = 0;
};

}  // namespace norn::engine
