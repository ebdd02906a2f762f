// Worker-local: one T for each runner, made at its first use and kept from one execution to the next. Models keep here what
// is dear to make and the same in every execution, such as statements that have been parsed. What T holds must not
// show in what a model does: whether it was there before depends on what was run before.
#pragma once

#include <memory>

#include <norn/scheduler/run/run_local.hpp>

namespace norn::engine {

// The slot of this key in the running worker; made by `make` when it is not there yet.
run_local_slot& find_worker_local(const void* key, std::unique_ptr<run_local_slot> (*make)());

// Requires: inside the body of a check; T is default constructible, its constructor makes no objects of a model and
// performs no operation. Not a scheduling point.
template <class T>
T& worker_local() {
  static const char key = 0;
  run_local_slot& slot = find_worker_local(
      &key,
      +[]() -> std::unique_ptr<run_local_slot> { return std::make_unique<run_local_of<T>>(); });
  return static_cast<run_local_of<T>&>(slot).value;
}

}  // namespace norn::engine
