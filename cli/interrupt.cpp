#include <norn/cli/interrupt.hpp>

#include <unistd.h>

#include <string_view>

#include <norn/cli/exit_code.hpp>

namespace norn {

namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may use it");

// Only what is safe in a signal handler, on a small stack: the search may be within a fiber.
void on_interrupt(int) {
  if (interrupted.exchange(true)) _exit(static_cast<int>(exit_code::interrupted));
  constexpr std::string_view text =
      "\ninterrupted: ending with what is known; Ctrl-C again ends at once\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

interrupt_guard::interrupt_guard() {
  interrupted = false;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  // SA_ONSTACK: a fiber's stack may be nearly used up.
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &before_[i]);
}

interrupt_guard::~interrupt_guard() {
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before_[i], nullptr);
}

const std::atomic<bool>& interrupt_guard::raised() const { return interrupted; }

}  // namespace norn
