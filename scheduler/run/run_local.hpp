// Run-local: one T for each execution, made at its first use and destroyed when the next execution
// begins. Models keep here what belongs to the world and not to one of its objects (the clock, the
// table of processes).
//
// The objects that T's constructor makes are named after T and not after the thread that happened to
// come first, so that they are called the same in every interleaving. Requires: T is default
// constructible, and its constructor performs no operation.
#pragma once

#include <memory>
#include <typeinfo>

namespace norn::engine {

struct run_local_slot {
  virtual ~run_local_slot() = default;
};

template <class T>
struct run_local_of : run_local_slot {
  T value{};
};

// The slot of this key in the current execution; made by `make` when it is not there yet.
run_local_slot& find_run_local(const void* key, const char* type_name,
                               std::unique_ptr<run_local_slot> (*make)());

template <class T>
T& run_local() {
  static const char key = 0;
  run_local_slot& slot = find_run_local(
      &key, typeid(T).name(),
      +[]() -> std::unique_ptr<run_local_slot> { return std::make_unique<run_local_of<T>>(); });
  return static_cast<run_local_of<T>&>(slot).value;
}

}  // namespace norn::engine
