// Interrupt: Ctrl-C. While one of these exists, the first only raises a flag, so that the search ends
// with what is known; the second ends the process at once, with exit code 130.
#pragma once

#include <csignal>

#include <atomic>

namespace norn {

class interrupt_guard {
 public:
  interrupt_guard();
  ~interrupt_guard();
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;

  const std::atomic<bool>& raised() const;

 private:
  struct sigaction before_ {};
};

}  // namespace norn
