// Bad input to the command: one message that says what to do, exit code 2, nothing run.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include <norn/cli/main.hpp>
#include <norn/tests/cli/command.hpp>

namespace norn::test {
namespace {

void expect_refused(const std::vector<std::string>& arguments, const std::string& message,
                    const std::vector<std::string>& environment = {}) {
  const outcome o = norn(arguments, environment);
  EXPECT_EQ(o.code, 2);
  EXPECT_EQ(o.out, "");
  EXPECT_EQ(o.error, "norn: " + message + "\n");
}

TEST(BadInput, NoOrUnknownCommand) {
  expect_refused({},
                 "which command? one of: list check replay explain report completion\n"
                 "  norn --help says more");
  expect_refused({"chek"},
                 "there is no command chek; did you mean check?\n"
                 "  the commands: list check replay explain report completion");
  expect_refused({"--quiet", "check"},
                 "there is no option --quiet\n"
                 "  the commands: list check replay explain report completion; options follow "
                 "their command");
}

TEST(BadInput, UnknownCheck) {
  expect_refused({"check", "tally/split@2thread:counts_bth"},
                 "no check matches `tally/split@2thread:counts_bth`; did you mean "
                 "tally/split@2thread:counts_both or tally/split@2thread:counts_one or "
                 "tally/whole@2thread:counts_both?\n"
                 "  `list` shows every check.");
}

TEST(BadInput, PatternThatMatchesNothing) {
  expect_refused({"check", "taly"},
                 "no check matches `taly`; did you mean tally?\n"
                 "  `list` shows every check.");
  expect_refused({"list", "zzzzzz*"},
                 "no check matches `zzzzzz*`\n"
                 "  `list` shows every check.");
  // One that matches does not excuse another that does not.
  expect_refused({"check", "tally", "taly"},
                 "no check matches `taly`; did you mean tally?\n"
                 "  `list` shows every check.");
  expect_refused({"check", ""},
                 "an empty pattern means no check; leave it out to mean all of them");
}

TEST(BadInput, UnknownOption) {
  expect_refused(
      {"check", "--sed=1"},
      "check has no option --sed; did you mean --seed?\n"
      "  its options: --help --strategy --preemptions --executions --time --depth --jobs --seed "
      "--json --junit --checkpoint --resume --require-exhaustive --keep-going --no-keep-going "
      "--quiet --verbose "
      "--color");
  expect_refused({"list", "--jsn"},
                 "list has no option --jsn; did you mean --json?\n  its options: --help --json");
}

TEST(BadInput, OptionOutOfRange) {
  const std::vector<std::vector<std::string>> cases{
      {"--strategy", "exhaustive, bounded, random or timed", "pct"},
      {"--preemptions", "a whole number from 0 to 10000", "-1"},
      {"--preemptions", "a whole number from 0 to 10000", "10001"},
      {"--preemptions", "a whole number from 0 to 10000", "few"},
      {"--executions", "a whole number from 1", "0"},
      {"--executions", "a whole number from 1", "-3"},
      {"--executions", "a whole number from 1", "1e6"},
      {"--time", "a number of seconds above 0, up to 31536000", "0"},
      {"--time", "a number of seconds above 0, up to 31536000", "nan"},
      {"--time", "a number of seconds above 0, up to 31536000", "1e99"},
      {"--depth", "a whole number from 1 to 100000000", "100000001"},
      {"--seed", "a whole number from 0 to 18446744073709551615", "18446744073709551616"},
      {"--color", "auto, always or never", "red"},
  };
  for (const auto& c : cases) {
    expect_refused({"check", c[0], c[2]}, c[0] + " takes " + c[1] + ", not `" + c[2] + "`");
  }
  expect_refused({"check"}, "NORN_DEPTH takes a whole number from 1 to 100000000, not `deep`",
                 {"NORN_DEPTH=deep"});
  expect_refused({"check"},
                 "NORN_QUIET takes 1 or 0 (or true, yes, on; false, no, off), not `maybe`",
                 {"NORN_QUIET=maybe"});
}

TEST(BadInput, BoundOnPreemptionsOfAnotherStrategy) {
  const std::string advice =
      "\n  say strategy bounded, or leave the bound out (NORN_PREEMPTIONS says it, too)";
  for (const std::string strategy : {"random", "exhaustive"}) {
    const std::string message =
        "strategy " + strategy + " has no bound on preemptions, and both were said" + advice;
    expect_refused({"check", "--strategy", strategy, "--preemptions", "2"}, message);
    expect_refused({"check", "--preemptions=2"}, message, {"NORN_STRATEGY=" + strategy});
    expect_refused({"check", "--strategy=" + strategy}, message, {"NORN_PREEMPTIONS=0"});
  }
}

TEST(BadInput, OptionWithoutItsValue) {
  expect_refused({"check", "--seed"}, "--seed needs a value\n  norn COMMAND --help says which");
  expect_refused({"check", "--quiet", "--verbose"}, "--quiet and --verbose exclude each other");
  expect_refused({"check"}, "NORN_QUIET and NORN_VERBOSE exclude each other",
                 {"NORN_QUIET=1", "NORN_VERBOSE=1"});
  EXPECT_EQ(norn({"check", "tally/whole", "--verbose"}, {"NORN_QUIET=1"}).code, 0);
}

TEST(BadInput, UnwritableOutputIsFoundBeforeTheSearch) {
  const std::string file = absent_file() + "/results.json";
  for (const std::string option : {"--json", "--junit"}) {
    expect_refused({"check", option, file},
                   option + ": " + file +
                       " cannot be written: No such file or directory.\n"
                       "  name a file in a folder that exists and that you may write.");
  }
  expect_refused({"check", "--junit", "-"},
                 "--junit takes a file, not `-`; --json alone can take it");
}

// Ends with the exit code of the command, with a stream that takes nothing.
[[noreturn]] void run_with_full(std::FILE* stream, std::vector<std::string> words) {
  std::setvbuf(std::freopen("/dev/full", "w", stream), nullptr, _IONBF, 0);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  std::_Exit(::norn::main(static_cast<int>(words.size()), argv.data()));
}

// A full disk is no defect of Norn.
TEST(BadInput, StandardOutputThatTakesNothing) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const char* command : {"list", "check"}) {
    EXPECT_EXIT(run_with_full(stdout, {"norn", command, "tally/whole"}),
                ::testing::ExitedWithCode(2),
                "^norn: standard output cannot be written: No space left on device\n$");
  }
}

// Nobody reads the message: the exit code still says it.
TEST(BadInput, StandardErrorThatTakesNothing) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_with_full(stderr, {"norn", "chek"}), ::testing::ExitedWithCode(2), "");
  EXPECT_EXIT(run_with_full(stderr, {"norn", "check", "tally/whole", "--json", "-"}),
              ::testing::ExitedWithCode(0), "");
}

TEST(BadInput, NoShell) {
  expect_refused({"completion"}, "completion takes a shell: bash, zsh or fish");
  expect_refused({"completion", "csh"}, "completion takes a shell: bash, zsh or fish, not `csh`");
}

TEST(Usage, HelpAndVersionAreNoErrors) {
  EXPECT_EQ(norn({"--version"}).out, "norn 0.1.0\n");
  const outcome help = norn({"check", "--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* part : {"--executions", "NORN_EXECUTIONS", "a whole number from 1"}) {
    EXPECT_NE(help.out.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace norn::test
