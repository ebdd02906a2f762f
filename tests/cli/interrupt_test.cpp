// Ctrl-C and SIGTERM: the first ends with what is known, the second at once.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include <norn/cli/interrupt.hpp>
#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/specs/kit/check.hpp>
#include <norn/tests/cli/command.hpp>

namespace norn::test {
namespace {

int interrupted_by = 0;

// As if the signal came during the first execution.
void pressed() {
  norn::atomic<int> x{0, "x"};
  x.store(1);
  if (interrupted_by != 0) std::raise(interrupted_by);
  norn::require("sees_itself", x.load() == 1);
  norn::choose(3);
}

const norn::register_search pressed_1thread{{.protocol = "wrong",
                                             .variant = "pressed",
                                             .deployment = "1thread",
                                             .body = pressed,
                                             .expects = {{"sees_itself", conclusion::holds}}}};

void expect_end_with_what_is_known(int signal) {
  interrupted_by = signal;
  const outcome o = norn({"check", "wrong/pressed", "wrong/split"});
  interrupted_by = 0;
  EXPECT_EQ(o.code, 130);
  EXPECT_EQ(o.error, "\ninterrupted: ending with what is known; Ctrl-C again ends at once\n");
  EXPECT_EQ(
      without_times(o.out),
      "undecided  wrong/pressed@1thread:sees_itself   inconclusive on Ctrl-C, expected holds  "
      "(1 execution, T s)\n"
      "2 checks in 2 searches: 0 as declared, 2 undecided · 1 execution, 3 steps, T s\n"
      "1 check not searched: interrupted\n");
}

TEST(Interrupt, EndsWithWhatIsKnown) { expect_end_with_what_is_known(SIGINT); }
TEST(Interrupt, ATerminatedJobDoesToo) { expect_end_with_what_is_known(SIGTERM); }

TEST(Interrupt, ASecondEndsAtOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // earlier searches left a thread that watches
  const auto twice = [] {
    const interrupt_guard guard;
    std::raise(SIGINT);
    std::raise(SIGTERM);
    std::_Exit(0);
  };
  EXPECT_EXIT(twice(), ::testing::ExitedWithCode(130), "interrupted: ending with what is known");
}

TEST(Interrupt, IsTheShellsAgainAfterwards) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  { const interrupt_guard guard; }
  EXPECT_EXIT(std::raise(SIGINT), ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(std::raise(SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace norn::test
