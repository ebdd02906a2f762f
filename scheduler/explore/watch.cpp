#include <norn/scheduler/explore/watch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/explore/token.hpp>
#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

struct watch::state {
  const runner* watched = nullptr;
  std::string check;
  std::uint32_t depth = 0;
  pid_t process = ::getpid();
  std::vector<char> handler_stack;
  stack_t previous_stack{};
  std::uint64_t last_heartbeat = 0;
  std::chrono::steady_clock::time_point last_progress;
};

namespace {

constexpr std::array crash_signals = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
constexpr std::size_t watches_at_once = 256;

// Read by signal handlers and by the watchdog, without a lock.
std::array<std::atomic<watch::state*>, watches_at_once> active{};
// Stands in the place of a watch that the watchdog looks at: neither free nor to be removed.
watch::state looked_at;
std::array<struct sigaction, crash_signals.size()> previous_actions;
std::mutex handlers_mutex;
int handlers_in_use = 0;
std::atomic<bool> watchdog_pauses{false};

void print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string file_for(const std::string& check) {
  std::string name = "norn-crash-" + check + ".token";
  for (char& c : name) {
    if (c == '/' || c == ':' || c == '@') c = '_';
  }
  return name;
}

// Saves the schedule of what is running and says how to run it again.
void save_schedule(const watch::state& s) {
  token t;
  t.check = s.check;
  t.schedule = s.watched->schedule_so_far();
  t.depth = s.depth;
  const std::string text = encode(t);
  const std::string file = file_for(s.check);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const std::string line = text + "\n";
  const bool saved =
      fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (fd >= 0) ::close(fd);
  print("  replay:  " + text + "\n");
  print(saved ? "  saved to " + file + "\n"
              : "  it could not be saved to " + file + " in the working directory\n");
}

std::string place_of(const runner& r) {
  const schedule steps = r.schedule_so_far();
  std::string text = "at step " + std::to_string(steps.size());
  if (!steps.empty()) text += ", in thread " + std::to_string(index_of(steps.back().thread));
  return text;
}

watch::state* watching(const runner* r) {
  constexpr int attempts = 1000;  // the watchdog may have taken it out of its place for an instant
  for (int i = 0; i < attempts; ++i) {
    for (auto& slot : active) {
      watch::state* const s = slot.load();
      if (s != nullptr && s->watched == r) return s;
    }
    std::this_thread::yield();
  }
  return nullptr;
}

// Runs on a stack of its own. What it calls is not all async-signal-safe: the process is lost either
// way, and an alarm ends it should the crash have left a lock of the C library taken.
void on_crash(int signal_number, siginfo_t* info, void*) {
  const runner* const r = runner::current();
  watch::state* const s = r == nullptr ? nullptr : watching(r);
  for (const int each : crash_signals) ::signal(each, SIG_DFL);
  if (s == nullptr) {
    ::raise(signal_number);
    return;
  }
  watchdog_pauses = true;
  ::signal(SIGALRM, SIG_DFL);
  ::alarm(10);
  const bool overflow = signal_number == SIGSEGV && r->threads().in_guard_page(info->si_addr);
  print("\nVIOLATED  " + s->check + ":no_crash\n");
  if (overflow) {
    print("the code under test overflowed its stack " + place_of(*r) +
          "\n  likely a recursion without end; a body that needs more stack sets stack_bytes\n");
  } else {
    print(std::string("the code under test crashed: ") + ::strsignal(signal_number) + ", " +
          place_of(*r) + "\n");
  }
  save_schedule(*s);
  std::_Exit(1);
}

// The process would end with the code under test's own exit code: with 0, a pass of all that was never
// searched. A child of the process ends as it likes.
void on_exit() {
  const runner* const r = runner::current();
  watch::state* const s = r == nullptr ? nullptr : watching(r);
  if (s == nullptr || s->process != ::getpid()) return;
  watchdog_pauses = true;
  print("\nMISUSE  " + s->check + "\nthe code under test called exit, " + place_of(*r) +
        "\n  the process ends, and with it the search. Likely cause: a program that ends itself "
        "where it fails.\n"
        "  let the body return; norn::require and exceptions say what failed.\n");
  save_schedule(*s);
  std::_Exit(4);
}

void watch_exit() {
  static const bool watched = std::atexit(on_exit) == 0;
  NORN_INVARIANT(watched);
}

void install_handlers() {
  const std::scoped_lock lock(handlers_mutex);
  if (handlers_in_use++ != 0) return;
  for (std::size_t i = 0; i < crash_signals.size(); ++i) {
    struct sigaction action {};
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    NORN_INVARIANT(::sigaction(crash_signals[i], &action, &previous_actions[i]) == 0);
  }
}

void remove_handlers() {
  const std::scoped_lock lock(handlers_mutex);
  if (--handlers_in_use != 0) return;
  for (std::size_t i = 0; i < crash_signals.size(); ++i) {
    ::sigaction(crash_signals[i], &previous_actions[i], nullptr);
  }
}

// Seconds without a scheduling point after which code counts as blocked; NORN_WATCHDOG=0 is never.
double patience() {
  constexpr double default_seconds = 10;
  const char* const text = std::getenv("NORN_WATCHDOG");
  if (text == nullptr) return default_seconds;
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  if (end != text && *end == 0 && seconds >= 0) return seconds;
  print("norn: NORN_WATCHDOG takes a number of seconds, 0 or more, not \"" + std::string(text) +
        "\"; it is 10 now\n");
  return default_seconds;
}

[[noreturn]] void report_blocked(const watch::state& s, double seconds) {
  print("\nMISUSE  " + s.check + "\nno scheduling point was reached for " +
        std::to_string(static_cast<int>(seconds)) + " s, " + place_of(*s.watched) +
        "\n  the code under test blocks or loops outside the scheduler. Likely causes: a lock, "
        "sleep, "
        "read or\n  condition of the operating system instead of the model's; a loop that touches "
        "nothing of the model.\n  use the types of norn for whatever threads share or wait for; "
        "NORN_WATCHDOG=SECONDS changes the limit, 0 removes it.\n");
  save_schedule(s);
  std::_Exit(4);
}

void watch_for_progress() {
  const double limit = patience();
  if (limit == 0) return;
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    if (watchdog_pauses) continue;
    const auto now = std::chrono::steady_clock::now();
    for (auto& slot : active) {
      watch::state* s = slot.load();
      if (s == nullptr || !slot.compare_exchange_strong(s, &looked_at)) continue;
      const std::uint64_t beat = s->watched->heartbeat();
      if (beat != s->last_heartbeat || !s->watched->is_running()) {
        s->last_heartbeat = beat;
        s->last_progress = now;
      } else if (std::chrono::duration<double>(now - s->last_progress).count() > limit) {
        report_blocked(*s, limit);
      }
      slot.store(s);
    }
  }
}

void start_watchdog() {
  static const bool started = [] {
    std::thread(watch_for_progress).detach();
    return true;
  }();
  static_cast<void>(started);
}

}  // namespace

watch::watch(const runner& r, std::string check, std::uint32_t depth)
    : state_(std::make_unique<state>()) {
  state_->watched = &r;
  state_->check = std::move(check);
  state_->depth = depth;
  state_->last_progress = std::chrono::steady_clock::now();
  constexpr std::size_t handler_stack_bytes = 256 * 1024;
  state_->handler_stack.resize(handler_stack_bytes);
  stack_t alternate{};
  alternate.ss_sp = state_->handler_stack.data();
  alternate.ss_size = handler_stack_bytes;
  NORN_INVARIANT(::sigaltstack(&alternate, &state_->previous_stack) == 0);
  install_handlers();
  watch_exit();
  start_watchdog();
  for (;;) {
    for (auto& slot : active) {
      state* expected = nullptr;
      if (slot.compare_exchange_strong(expected, state_.get())) return;
    }
    std::this_thread::yield();
  }
}

watch::~watch() {
  for (bool removed = false; !removed;) {  // the watchdog may be looking at it just now
    for (auto& slot : active) {
      state* expected = state_.get();
      removed = removed || slot.compare_exchange_strong(expected, nullptr);
    }
  }
  remove_handlers();
  ::sigaltstack(&state_->previous_stack, nullptr);
}

}  // namespace norn::engine
