// Fiber: a stack of its own that runs until it hands over to another fiber. One fiber runs one
// thread of the model at a time and is used again for the next; its stack is mapped with a guard page
// below, so an overflow is a fault at a known address and not silent corruption.
//
// The switch is Boost.Context's fcontext. What the C++ runtime keeps for each thread of the operating
// system (the exceptions being handled) is exchanged with it, and AddressSanitizer and
// ThreadSanitizer are told of every switch.
#pragma once

#include <cstddef>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

class fiber {
 public:
  using entry = void (*)(void* argument);

  // A fiber that stands for the caller's own stack, to switch away from and back to.
  fiber();
  // A fiber that will call `run(argument)` when first switched to; `run` never returns.
  fiber(std::size_t stack_bytes, entry run, void* argument);
  ~fiber();
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;

  // Leaves `from`, which must be the fiber that runs, and continues `to`. Returns when something
  // switches back to `from`.
  static void switch_to(fiber& from, fiber& to);

  // Whether the address lies in this fiber's guard page.
  bool in_guard(const void* address) const;

 private:
  struct exception_state {  // __cxa_eh_globals of the Itanium C++ ABI
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };

  void* context_ = nullptr;
  void* mapping_ = nullptr;
  std::size_t mapping_bytes_ = 0;
  const void* stack_bottom_ = nullptr;  // lowest usable address
  std::size_t stack_bytes_ = 0;
  entry run_ = nullptr;
  void* argument_ = nullptr;
  exception_state exceptions_;
  void* fake_stack_ = nullptr;       // AddressSanitizer's
  void* sanitizer_fiber_ = nullptr;  // ThreadSanitizer's

  friend struct fiber_switch;
};

}  // namespace norn::engine
