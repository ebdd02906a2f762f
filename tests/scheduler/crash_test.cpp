// Crash: code under test that takes the process with it, or blocks outside the scheduler. The schedule
// is saved and printed first, and replaying it leads to the same end.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <variant>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/explore/token.hpp>
#include <norn/tests/temporary_folder.hpp>

namespace norn {

using namespace engine;
namespace {

using ::testing::ExitedWithCode;

// --- faults ---

// The sanitizers are not to see them: they would end the process in their own way.
#define NORN_TEST_UNCHECKED __attribute__((noinline, no_sanitize("undefined", "address")))

volatile int zero = 0;
volatile bool ends = false;
int* volatile nowhere = nullptr;

NORN_TEST_UNCHECKED void write_nowhere() { *nowhere = 1; }
NORN_TEST_UNCHECKED void divide_by_zero() { zero = 100 / zero; }
NORN_TEST_UNCHECKED int recurse(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  return ends ? 0 : recurse(depth + 1) + frame[0];
}
void overflow() { recurse(0); }
[[noreturn]] void throws() { throw std::logic_error("thrown"); }
void throw_through_noexcept() noexcept { throws(); }
void sleep_for_ever() {
  while (!ends) ::usleep(10'000);
}

// --- the program ---

// The fault strikes where the second thread is faster: in the second execution.
program striking(void (*fault)()) {
  return [fault] {
    atomic<int> x{0};
    run_concurrently(
        [&] {
          if (x.load() == 1) fault();
        },
        [&] { x.store(1); });
  };
}
// The creation of both, the store, and the load of the thread that was created first.
constexpr const char* place = "at step 3, in thread 1\n";

explore_options options() {
  explore_options o;
  o.name = "crash/strikes@late";
  o.properties = {"assertions"};
  return o;
}

// A folder of the test's own. The process of a death test inherits its parent's.
class folder {
 public:
  folder() {
    if (const char* const inherited = std::getenv(variable)) {
      path_ = inherited;
      return;
    }
    path_ = made_.emplace().path();
    ::setenv(variable, path_.c_str(), 1);
  }
  ~folder() {
    if (made_) ::unsetenv(variable);
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string saved_token() const {
    std::ifstream file(path_ / "norn-crash-crash_strikes_late.token");
    std::string text;
    std::getline(file, text);
    return text;
  }

 private:
  static constexpr const char* variable = "NORN_TEST_CRASH_FOLDER";
  std::optional<test::temporary_folder> made_;
  std::filesystem::path path_;
};

[[noreturn]] void search(const folder& f, void (*fault)()) {
  std::filesystem::current_path(f.path());
  explore(striking(fault), options());
  std::_Exit(99);
}

[[noreturn]] void replay_saved(const folder& f, void (*fault)()) {
  const auto decoded = decode(f.saved_token());
  if (!std::holds_alternative<token>(decoded)) std::_Exit(98);
  const token& t = std::get<token>(decoded);
  std::filesystem::current_path(f.path());
  replay(striking(fault), options(), t.schedule, t.fingerprint, "no_crash");
  std::_Exit(99);
}

constexpr const char* saved =
    "  replay:  v1:crash/strikes@late:[A-Za-z0-9_-]+\n"
    "  saved to norn-crash-crash_strikes_late.token\n";

// The same from the search and from the replay of what it saved.
void expect_end(void (*fault)(), int exit_code, const std::string& message) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const folder f;
  EXPECT_EXIT(search(f, fault), ExitedWithCode(exit_code), message + "(.|\n)*" + saved);
  const auto decoded = decode(f.saved_token());
  ASSERT_TRUE(std::holds_alternative<token>(decoded)) << f.saved_token();
  EXPECT_EQ(std::get<token>(decoded).check, "crash/strikes@late");
  EXPECT_EQ(std::get<token>(decoded).schedule.size(), 3u);
  EXPECT_EXIT(replay_saved(f, fault), ExitedWithCode(exit_code), message + "(.|\n)*" + saved);
}

std::string crashed(const std::string& how) {
  return "VIOLATED  crash/strikes@late:no_crash\nthe code under test " + how + place;
}

TEST(CrashDeathTest, SegmentationFault) {
  expect_end(write_nowhere, 1, crashed("crashed: Segmentation fault, "));
}

TEST(CrashDeathTest, Abort) { expect_end(std::abort, 1, crashed("crashed: Aborted, ")); }

TEST(CrashDeathTest, Terminate) {
  expect_end([] { std::terminate(); }, 1, crashed("crashed: Aborted, "));
}

TEST(CrashDeathTest, ExceptionThroughNoexcept) {
  expect_end(throw_through_noexcept, 1, crashed("crashed: Aborted, "));
}

TEST(CrashDeathTest, DivisionByZero) {
  expect_end(divide_by_zero, 1, crashed("crashed: Floating point exception, "));
}

TEST(CrashDeathTest, StackOverflow) {
  expect_end(overflow, 1, crashed("overflowed its stack ") + "  likely a recursion without end");
}

TEST(CrashDeathTest, BlocksOutsideTheScheduler) {
  ::setenv("NORN_WATCHDOG", "1", 1);
  expect_end(sleep_for_ever, 4,
             std::string("MISUSE  crash/strikes@late\nno scheduling point was reached for 1 s, ") +
                 place + "  the code under test blocks or loops outside the scheduler");
  ::unsetenv("NORN_WATCHDOG");
}

// With an exit code of 0 it would pass for a search that found nothing.
TEST(CrashDeathTest, EndsTheProcess) {
  expect_end([] { std::exit(0); }, 4,
             std::string("MISUSE  crash/strikes@late\nthe code under test called exit, ") + place +
                 "  the process ends, and with it the search");
}

// A folder that cannot be written to: the token is printed all the same.
TEST(CrashDeathTest, FileThatCannotBeWritten) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::filesystem::current_path("/proc");
        explore(striking(std::abort), options());
        std::_Exit(99);
      },
      ExitedWithCode(1), "replay:  v1:crash/strikes@late:[A-Za-z0-9_-]+\n  it could not be saved");
}

// --- what is no crash of the code under test ---

TEST(CrashDeathTest, CrashOutsideAnExecutionIsNotOurs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        explore([] { choose(2); }, options());
        ::signal(SIGABRT, SIG_DFL);
        std::abort();
      },
      ::testing::KilledBySignal(SIGABRT), "");
}

// The handlers in place before are in place again.
TEST(Crash, HandlersAreGivenBack) {
  struct sigaction before {};
  struct sigaction after {};
  ::sigaction(SIGSEGV, nullptr, &before);
  explore([] { choose(2); }, options());
  ::sigaction(SIGSEGV, nullptr, &after);
  constexpr int ours = SA_SIGINFO | SA_ONSTACK;
  EXPECT_EQ(before.sa_flags & ours, after.sa_flags & ours);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

}  // namespace
}  // namespace norn
