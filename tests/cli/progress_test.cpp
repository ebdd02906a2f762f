#include <norn/cli/progress.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace norn {
namespace {

progress_state state(const bounds& limits = {}) { return {"store/fixed@2thread", 3, 12, limits}; }

statistics after(std::uint64_t executions, double seconds) {
  statistics s;
  s.executions = executions;
  s.seconds = seconds;
  return s;
}

TEST(Progress, SaysHowFarAndHowFast) {
  EXPECT_EQ(progress_text(state(), after(12'340, 10)),
            "store/fixed@2thread: 12,340 executions, 1,234/s; 3 of 12 checks done");
  EXPECT_EQ(progress_text(state(), after(0, 0)),
            "store/fixed@2thread: 0 executions, 0/s; 3 of 12 checks done");
}

// The rate is of all that was run in the time; what is left of a budget of executions comes at the rate of those.
TEST(Progress, CountsInTheRateWhatTheTimeWentInto) {
  statistics s = after(100, 10);
  s.blocked = 20;
  s.too_deep = 10;
  s.probes = 70;
  EXPECT_EQ(
      progress_text(state({.executions = 300}), s),
      "store/fixed@2thread: 100 of at most 300 executions + 30 cut off + 70 probes, 20/s, 20.0 s "
      "left at most; 3 of 12 checks done");
}

TEST(Progress, SaysWhatIsLeftOfTheBudgetThatEndsFirst) {
  EXPECT_EQ(progress_text(state({.executions = 300}), after(100, 10)),
            "store/fixed@2thread: 100 of at most 300 executions, 10/s, 20.0 s left at most; 3 of "
            "12 checks done");
  EXPECT_EQ(progress_text(state({.executions = 300, .time_seconds = 15}), after(100, 10)),
            "store/fixed@2thread: 100 of at most 300 executions, 10/s, 5.00 s left at most; 3 of "
            "12 checks done");
}

std::string written(progress::mode mode, int updates) {
  std::FILE* file = std::tmpfile();
  progress shown{file, mode};
  for (int i = 0; i < updates; ++i) shown.update(state(), after(1, 1));
  shown.clear();
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), text.size());
  std::fclose(file);
  return text;
}

TEST(Progress, LiveLinesReplaceEachOtherWithoutEscapeCodes) {
  const std::string line = "store/fixed@2thread: 1 execution, 1/s; 3 of 12 checks done";
  EXPECT_EQ(written(progress::mode::live, 2),
            "\r" + line + "\r" + line + "\r" + std::string(line.size(), ' ') + "\r");
}

TEST(Progress, ElsewhereIsALineEachTenSecondsAndSoNoneAtFirst) {
  EXPECT_EQ(written(progress::mode::lines, 100), "");
  EXPECT_EQ(written(progress::mode::silent, 100), "");
}

}  // namespace
}  // namespace norn
