// Interrupt: Ctrl-C, or the SIGTERM of a job that is cancelled. While one of these exists, the first only
// raises a flag, so that the search ends with what is known; the second ends the process at once, with exit
// code 130.
#pragma once

#include <csignal>

#include <array>
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
  static constexpr std::array signals = {SIGINT, SIGTERM};
  std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace norn
