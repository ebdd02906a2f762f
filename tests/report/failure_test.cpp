#include <norn/report/failure.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include <norn/report/trace_text.hpp>
#include <norn/tests/report/sample.hpp>

namespace norn {
namespace {

using sample::lost_update;
using sample::violated_result;

constexpr const char* replay_line =
    "replay:  norn replay v1:bank/buggy@2thread:total_kept:"
    "ARWQTh3mpUx-BwgDBAitOwMCAAQBAgC6qOSt\n";

TEST(Failure, IsShownInColumns) {
  EXPECT_EQ(failure_text(violated_result(), {}),
            "VIOLATED  bank/buggy@2thread:total_kept    total == 2 (left 1, right 2)\n"
            "4 steps, 1 preemption · execution 7 · exhaustive\n"
            "  #  teller/0            teller/1            changes\n"
            "  1  load total → 0                                     bank.cpp:41\n"
            "     ── preempted ──\n"
            "  2                      load total → 0                 bank.cpp:41\n"
            "  3  conflicts with 1 ▶  store(1) on total   total 0→1  bank.cpp:42\n"
            "  4  store(1) on total   ◀ conflicts with 3  total 1→1  bank.cpp:42\n"
            "explored 1,234 executions, 5,678 steps, 0.50 s; nothing is left to explore\n" +
                std::string(replay_line));
}

TEST(Failure, GoesIntoOneColumnWhereThreadsDoNotFit) {
  failure_style style;
  style.width = 50;
  EXPECT_EQ(failure_text(violated_result(), style),
            "VIOLATED  bank/buggy@2thread:total_kept\n"
            "  total == 2 (left 1, right 2)\n"
            "4 steps, 1 preemption · execution 7 · exhaustive\n"
            "  1  teller/0  load total → 0     bank.cpp:41\n"
            "     ── teller/0 preempted ──\n"
            "  2  teller/1  load total → 0     bank.cpp:41\n"
            "  3  teller/1  store(1) on total  bank.cpp:42\n"
            "                 total 0→1  ◀ conflicts with 1\n"
            "  4  teller/0  store(1) on total  bank.cpp:42\n"
            "                 total 1→1  ◀ conflicts with 3\n"
            "explored 1,234 executions, 5,678 steps, 0.50 s;\n"
            "          nothing is left to explore\n" +
                std::string(replay_line));
}

// Flush right on the first line with room for it.
TEST(Failure, PutsThePlaceWhereThereIsRoom) {
  counterexample c = lost_update();
  c.steps.resize(2);
  c.steps[0].arguments = "(as long as it may be)";
  c.steps[0].changes = "read";
  c.steps[1].arguments = "(as long as it may be!)";
  EXPECT_EQ(trace_lines(c, 52), (std::vector<std::string>{
                                    "  1  teller/0  load(as long as it may be) on total",
                                    "               → 0      bank.cpp:41",
                                    "                 read",
                                    "     ── teller/0 preempted ──",
                                    "  2  teller/1  load(as long as it may be!) on total",
                                    "               → 0      bank.cpp:41",
                                }));
}

TEST(Failure, SaysWhatIsHeldWhereTheThreadChanges) {
  check_result r = violated_result();
  r.decided.counterexample = sample::embrace();
  const std::string text = failure_text(r, {});
  const std::size_t trace = text.find("  #  teller/0");
  EXPECT_EQ(text.substr(trace, text.find("explored") - trace),
            "  #  teller/0        teller/1\n"
            "  1  lock left                       bank.cpp:50\n"
            "     ── preempted, holds left ──\n"
            "  2                  lock right      bank.cpp:60\n"
            "  3                  load total → 0  bank.cpp:61\n"
            "                     ── waits for left, held by teller/0, holds right (shared) ──\n"
            "  4  load total → 0                  bank.cpp:51\n"
            "blocked:  teller/1 waits at lock left, held by teller/0, holds right (shared)  "
            "bank.cpp:62\n"
            "held:     left, by teller/0\n");
}

TEST(Failure, InFullSaysWhatIsHeldAfterEachStep) {
  const std::vector<std::string> lines = detailed_trace_lines(sample::embrace());
  EXPECT_EQ(lines.at(2), "       holds       mutex left");
  EXPECT_EQ(lines.at(4), "     ── teller/0 preempted, holds left ──");
  EXPECT_EQ(lines.at(7), "       holds       shared_mutex right (shared)");
}

// Who has ended, or waits for the end of a thread, needs no word, unless it holds something.
TEST(Failure, SaysNothingOfASwitchThatExplainsItself) {
  using enum thread_switch::reason;
  const auto marks = [](const thread_switch& left, std::vector<held_lock> locks) {
    counterexample c = lost_update();
    c.steps.resize(2);
    c.steps[0].locks = std::move(locks);
    c.steps[1].left = left;
    const auto lines = detailed_trace_lines(c);
    return lines.at(c.steps[0].locks.empty() ? 3 : 4);
  };
  const held_lock left{"teller/0", "mutex", "left", ""};
  EXPECT_EQ(marks({ended, {}, {}, {}}, {}), "  2  teller/1");
  EXPECT_EQ(marks({waits, "join", "teller/1", {}}, {}), "  2  teller/1");
  EXPECT_EQ(marks({waits, "acquire", "slots", {}}, {}),
            "     ── teller/0 waits at acquire slots ──");
  EXPECT_EQ(marks({ended, {}, {}, {}}, {left}), "     ── teller/0 ended, holds left ──");
  EXPECT_EQ(marks({failed, {}, {}, {}}, {}), "     ── teller/0 stopped by its failure ──");
}

// A fault is nobody's step: it has no column, and needs no mark of its own.
TEST(Failure, ShowsFaultsAcrossTheColumns) {
  const counterexample c = sample::power_failure();
  EXPECT_EQ(trace_lines(c, 100),
            (std::vector<std::string>{
                "  #  teller/0             teller/1        changes",
                "  1  store(1) on total                    total 0→1                bank.cpp:42",
                "  2                       load total → 1                           bank.cpp:41",
                "  3  ══ fault: power failure of web ══    total 1→0 (not on disk)",
                "  4  fsync file → killed                                           bank.cpp:43",
                "  5                       load total → 0                           bank.cpp:41",
            }));
  EXPECT_EQ(trace_lines(c, 60), (std::vector<std::string>{
                                    "  1  teller/0  store(1) on total    bank.cpp:42",
                                    "                 total 0→1",
                                    "  2  teller/1  load total → 1       bank.cpp:41",
                                    "  3  ══ fault: power failure of web ══",
                                    "       total 1→0 (not on disk)",
                                    "  4  teller/0  fsync file → killed  bank.cpp:43",
                                    "  5  teller/1  load total → 0       bank.cpp:41",
                                }));
  const auto lines = detailed_trace_lines(c);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "       fault       power failure of web"),
            lines.end());
}

TEST(Failure, NoLineIsWiderThanAsked) {
  for (const std::size_t width : {60u, 70u, 80u, 100u, 120u}) {
    counterexample wordy = lost_update();
    for (trace_step& s : wordy.steps) s.arguments = "(a long argument that takes much of a line)";
    for (const std::string& line : trace_lines(wordy, width)) {
      EXPECT_LE(
          line.size() - 2 * static_cast<std::size_t>(std::count(line.begin(), line.end(), '\xe2')),
          width)
          << line;
    }
  }
}

TEST(Failure, WrapsAPhraseInItsColumn) {
  counterexample wordy = lost_update();
  wordy.steps.resize(1);
  wordy.steps[0].arguments = "(one two three four five)";
  wordy.steps[0].changes = "";
  EXPECT_EQ(trace_lines(wordy, 42), (std::vector<std::string>{
                                        "  #  teller/0",
                                        "  1  load(one two three four   bank.cpp:41",
                                        "     five) on total → 0",
                                    }));
}

// Fifty threads of a thousand steps each: what looks at all steps for each of them would not end.
TEST(Failure, ALongTraceIsQuick) {
  counterexample c;
  for (std::size_t i = 0; i < 50'000; ++i) {
    c.steps.push_back(sample::step(i + 1, "teller/" + std::to_string(i % 50), "load", "total", "0",
                                   "", static_cast<int>(i)));
    c.steps.back().process = "process/" + std::to_string(i % 3);
  }
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(trace_lines(c, 100).size(), 50'000u);
  EXPECT_EQ(detailed_trace_lines(c).size(), 150'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
}

// teller/1 loads what teller/0 has stored: step 4 before step 2.
TEST(Failure, NamesThePairThatDecides) {
  check_result r = sample::violated_result();
  nearest_passing passes;
  passes.earlier = 2;
  passes.later = 4;
  passes.steps = {sample::step(1, "teller/0", "load", "total", "0", "", 41),
                  sample::step(2, "teller/0", "store", "total", "", "total 0→1", 42),
                  sample::step(3, "teller/1", "load", "total", "1", "", 41)};
  passes.steps[1].arguments = "(1)";
  r.decided.counterexample->nearest_passing = passes;
  EXPECT_NE(failure_text(r, {}).find(
                "\nnearest passing schedule: 4 before 2; then teller/1 load total → 1\n"),
            std::string::npos);
}

// The counterexample ends before the step that should have come first.
TEST(Failure, NamesAStepThatIsNotInTheCounterexample) {
  check_result r = sample::violated_result();
  nearest_passing passes;
  passes.earlier = 3;
  passes.moved = sample::step(2, "teller/2", "close", "bank", "", "", 50);
  r.decided.counterexample->nearest_passing = passes;
  EXPECT_NE(failure_text(r, {}).find("\nnearest passing schedule: teller/2 close bank before 3\n"),
            std::string::npos);
}

// Processes that all threads share tell nothing.
TEST(Failure, NamesProcessesAndHostsWhereThereAreMore) {
  counterexample c = lost_update();
  for (trace_step& s : c.steps) s.process = s.host = "here";
  EXPECT_EQ(trace_lines(c, 100), trace_lines(lost_update(), 100));
  EXPECT_EQ(detailed_trace_lines(c), detailed_trace_lines(lost_update()));

  c.steps.resize(2);
  c.steps[0].process = "bank";
  EXPECT_EQ(trace_lines(c, 100), (std::vector<std::string>{
                                     "  #  teller/0 (bank)  teller/1 (here)",
                                     "  1  load total → 0                    bank.cpp:41",
                                     "     ── preempted ──",
                                     "  2                   load total → 0   bank.cpp:41",
                                 }));
  c.steps[0].host = "server";
  c.steps[1].process = "teller/1";
  EXPECT_EQ(trace_lines(c, 100).front(), "  #  teller/0 (bank on server)  teller/1 (on here)");
  EXPECT_EQ(trace_lines(c, 60), (std::vector<std::string>{
                                    "  #  teller/0 (bank on       teller/1 (on here)",
                                    "     server)",
                                    "  1  load total → 0                              bank.cpp:41",
                                    "     ── preempted ──",
                                    "  2                          load total → 0      bank.cpp:41",
                                }));
  EXPECT_EQ(trace_lines(c, 40).front(), "  1  teller/0 (bank on server)  load total → 0");
  EXPECT_EQ(detailed_trace_lines(c).front(), "  1  teller/0 (bank on server)");
}

TEST(Failure, SaysWhoIsBlocked) {
  check_result r = violated_result();
  r.name = "bank/buggy@2thread:no_deadlock";
  r.decided.counterexample->blocked_threads = {
      {"teller/0", "lock", "right", "teller/1", "src/bank.cpp", 50},
      {"teller/1", "lock", "left", "teller/0", "src/bank.cpp", 51},
      {"main", "join", "teller/0", "teller/0", "", 0}};
  const std::string text = failure_text(r, {});
  EXPECT_NE(text.find("blocked:  teller/0 waits at lock right, held by teller/1  bank.cpp:50\n"
                      "blocked:  teller/1 waits at lock left, held by teller/0  bank.cpp:51\n"
                      "blocked:  main waits at join teller/0\n"),
            std::string::npos)
      << text;
}

TEST(Failure, SaysThatATraceWasShrunk) {
  check_result r = violated_result();
  r.decided.counterexample->found_steps = 11;
  EXPECT_NE(failure_text(r, {}).find(
                "4 steps, 1 preemption (found at 11 steps, shrunk) · execution 7 · exhaustive\n"),
            std::string::npos);
}

TEST(Failure, TellsExecutionsProbesAndShrinkingApart) {
  check_result r = violated_result();
  r.stats.probes = 1;
  r.stats.probe_steps = 23;
  r.stats.shrinking = {.executions = 45, .steps = 678, .seconds = 0.25};
  EXPECT_NE(
      failure_text(r, {}).find(
          "explored 1,234 executions, 5,678 steps, 1 probe of 23 steps, 0.50 s; nothing is left to "
          "explore\n"
          "shrinking: 45 executions, 678 steps, 0.25 s\n"),
      std::string::npos);
}

TEST(Failure, SaysWhatEndedTheSearch) {
  check_result r = violated_result();
  r.complete = false;
  EXPECT_NE(failure_text(r, {}).find("0.50 s; stopped once decided\n"), std::string::npos);
  r.bound_hit = bound_kind::executions;
  r.limits.executions = 1'234;
  EXPECT_NE(failure_text(r, {}).find("0.50 s; ended after 1,234 executions\n"), std::string::npos);
}

TEST(Failure, ShowsMisuseWithoutATrace) {
  check_result r = sample::result(conclusion::misuse);
  r.complete = false;
  r.decided.message = "step 3: expected lock, came unlock\nlikely a static variable";
  EXPECT_EQ(failure_text(r, {}),
            "MISUSE  bank/buggy@2thread:total_kept\n"
            "  step 3: expected lock, came unlock\n"
            "  likely a static variable\n"
            "explored 1,234 executions, 5,678 steps, 0.50 s; stopped there\n");
}

TEST(Failure, NamesThePropertyOfATest) {
  check_result r = violated_result();
  r.name = "Bank.KeepsTheTotal";
  r.protocol.clear();
  r.decided.property = "assertions";
  r.decided.message = "Expected equality of these values:\n  total\n    Which is: 1\n  2";
  const std::string text = failure_text(r, {});
  EXPECT_EQ(text.substr(0, text.find("4 steps")),
            "VIOLATED  Bank.KeepsTheTotal: assertions\n"
            "  Expected equality of these values:\n"
            "    total\n"
            "      Which is: 1\n"
            "    2\n");
}

TEST(Failure, HandsNoEscapeCodeOfTheProgramOn) {
  check_result r = violated_result();
  r.decided.message = "\x1b[31mred";
  r.decided.counterexample->steps[0].object = "\x1b]0;title\x07";
  EXPECT_EQ(failure_text(r, {}).find('\x1b'), std::string::npos);
}

TEST(Failure, IsColoredOnlyWhenAsked) {
  failure_style style;
  style.color = true;
  const std::string text = failure_text(violated_result(), style);
  EXPECT_EQ(text.rfind("\x1b[1;31mVIOLATED\x1b[0m  bank/", 0), 0u);
  EXPECT_EQ(failure_text(violated_result(), {}).find('\x1b'), std::string::npos);
}

TEST(Failure, InFullHasEveryDetail) {
  counterexample c = lost_update();
  c.steps.resize(2);
  c.steps[0].process = "server";
  c.steps[0].host = "alpha";
  c.steps[0].clock = "10 ms";
  c.steps[1].kind = "choice";
  c.steps[1].alternatives = 3;
  c.steps[1].alternative = 2;
  c.steps[1].conflicts_with = 1;
  EXPECT_EQ(detailed_trace_lines(c), (std::vector<std::string>{
                                         "  1  teller/0 (server on alpha) at 10 ms",
                                         "       does        load total → 0",
                                         "       at          src/bank.cpp:41",
                                         "     ── teller/0 preempted ──",
                                         "  2  teller/1",
                                         "       choice      load total → 0",
                                         "       takes       alternative 2 of 3, counted from 0",
                                         "       conflicts   with 1",
                                         "       at          src/bank.cpp:41",
                                     }));
}

TEST(Failure, QuotesForAShellOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quoted("v1:a/b@c:d:AA-_"), "v1:a/b@c:d:AA-_");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace norn
