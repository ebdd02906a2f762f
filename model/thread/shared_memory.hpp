// Shared memory: what several processes may use, though it is memory (mmap(2), MAP_SHARED).
//
//   const norn::shared_memory mapped;
//   norn::atomic<int> counter{0, "counter"};  // any process may use it
//
// Everything else of `norn` that programs keep in memory, such as a mutex, an atomic or an event loop, belongs to the
// process that uses it first. That another one uses it, too, is misuse: in the world it would have its own. The body of the
// check may make such things and look at them while nothing runs beside it.
#pragma once

#include <norn/scheduler/run/place.hpp>

namespace norn {

// What the running thread makes while this lives is in memory that processes share. Making and destroying it are no
// scheduling points. Requires: inside the body of a check; destroyed by the thread that made it, the newest first.
class shared_memory {
 public:
  shared_memory() : before_(engine::make_shared_memory(true)) {}
  ~shared_memory() { engine::make_shared_memory(before_); }

  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;

 private:
  bool before_;
};

}  // namespace norn
