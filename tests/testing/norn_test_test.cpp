// NORN_TEST and NORN_EXPECT_VIOLATION: what passes, what fails and what each says. A test that must
// fail is run with GoogleTest's reporter taken away; flags are given to this executable run anew.
#include <norn/testing/norn_test.hpp>

#include <gtest/gtest-spi.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/token.hpp>

namespace {

void add_twice(bool split) {
  norn::atomic<int> total{0, "total"};
  norn::run_concurrently("adder", 2, [&](int) {
    if (split) {
      total.store(total.load() + 1);
    } else {
      total.fetch_add(1);
    }
  });
  EXPECT_EQ(total.load(), 2);
}

void whole() { add_twice(false); }
void split() { add_twice(true); }

// As `split`, with a predicate that does more than to look.
void misused() {
  norn::atomic<int> total{0, "total"};
  norn::always("looks_only", [&] { return total.load() < 1 || total.exchange(1) == 1; });
  norn::run_concurrently("adder", 2, [&](int) { total.store(total.load() + 1); });
}

void crossed() {
  norn::mutex left{"left"};
  norn::mutex right{"right"};
  norn::run_concurrently("taker", 2, [&](int i) {
    norn::mutex& first = i == 0 ? left : right;
    norn::mutex& second = i == 0 ? right : left;
    first.lock();
    second.lock();
    second.unlock();
    first.unlock();
  });
}

// --- tests that pass ---

NORN_TEST(Passing, Holds) { whole(); }
NORN_TEST(Passing, TakesOptions, norn::options{.executions = 1, .seed = 3}) { whole(); }
NORN_TEST(Passing, TakesABoundOnPreemptions, norn::options{.preemptions = 1}) { whole(); }
NORN_EXPECT_VIOLATION(Passing, BreaksAnAssertion, "assertions") { split(); }
NORN_EXPECT_VIOLATION(Passing, BreaksWithOptions, "no_deadlock", norn::options{.depth = 50}) {
  crossed();
}

NORN_TEST(Passing, FatalAssertionsEndTheBody) {
  norn::atomic<int> x{0, "x"};
  ASSERT_EQ(x.load(), 0);
  SUCCEED();
}

// --- tests that fail; run by the tests below ---

NORN_TEST(DISABLED_Sample, LosesAnUpdate) { split(); }
NORN_TEST(DISABLED_Sample, Holds) { whole(); }
NORN_EXPECT_VIOLATION(DISABLED_Sample, IsBroken, "assertions") { split(); }
NORN_TEST(DISABLED_Sample, IsMisused) { misused(); }
NORN_TEST(DISABLED_Sample, Skips) { GTEST_SKIP() << "not today"; }

struct reported {
  std::string failures;
  std::string skips;
};

reported report_of(void (*body)(), const char* violates = nullptr, norn::options given = {}) {
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &results);
    norn::testing_detail::run({"Suite", "Name", violates, "here.cpp", 7, body, given});
  }
  reported all;
  for (int i = 0; i < results.size(); ++i) {
    const ::testing::TestPartResult& r = results.GetTestPartResult(i);
    EXPECT_STREQ(r.file_name(), "here.cpp");
    EXPECT_EQ(r.line_number(), 7);
    (r.skipped() ? all.skips : all.failures) += r.message();
  }
  return all;
}

bool begins_with(const std::string& text, const std::string& beginning) {
  return text.rfind(beginning, 0) == 0;
}

TEST(NornTest, FailsWithTheWholeReport) {
  const reported r = report_of(split);
  EXPECT_TRUE(begins_with(r.failures,
                          "VIOLATED  Suite.Name: assertions\n"
                          "  Expected equality of these values:\n"
                          "    total.load()\n"
                          "      Which is: 1\n"
                          "    2\n"))
      << r.failures;
  EXPECT_NE(r.failures.find("── preempted ──"), std::string::npos);
  EXPECT_NE(r.failures.find("; stopped once decided\n"), std::string::npos);
  EXPECT_TRUE(std::regex_search(r.failures,
                                std::regex("replay:  .*norn_test_testing --gtest_filter=Suite.Name "
                                           "--norn_replay=v1:Suite.Name:[A-Za-z0-9_-]+\n$")))
      << r.failures;
}

TEST(NornTest, FailsOnWhateverIsViolated) {
  EXPECT_TRUE(begins_with(report_of(crossed).failures,
                          "VIOLATED  Suite.Name: no_deadlock\n  no thread can go on: "));
}

// Skipping the exploration would let this through: only one of the 4 orders loses an update.
TEST(NornTest, PassesWithoutAWord) {
  EXPECT_EQ(report_of(whole).failures + report_of(whole).skips, "");
}

TEST(NornTest, ABoundFromTheCodeIsPartOfTheClaim) {
  EXPECT_EQ(report_of(whole, nullptr, {.executions = 1}).skips, "");
}

TEST(NornTest, ABudgetFromOutsideLeavesItUndecided) {
  setenv("NORN_EXECUTIONS", "1", 1);
  const reported r = report_of(whole);
  unsetenv("NORN_EXECUTIONS");
  EXPECT_EQ(r.skips, "undecided: inconclusive after 1 execution, expected holds");
  EXPECT_EQ(r.failures, "");
}

TEST(NornTest, WhatIsDeeperThanTheTestSaysIsNoPass) {
  EXPECT_EQ(report_of(whole, nullptr, {.depth = 4}).failures,
            "undecided: inconclusive with executions cut off at 4 steps, expected holds.\n"
            "  a thread of the body may never end; if it only takes long, declare\n"
            "  norn::options{.depth = ...}.");
}

int executions_of_forgetful = 0;

TEST(NornTest, FailsOnMisuse) {
  const auto forgetful = [] {
    norn::atomic<int> total{0, "total"};
    norn::run_concurrently("adder", 2, [&](int) {
      total.fetch_add(1);
      if (++executions_of_forgetful % 3 == 0) total.store(0);
    });
  };
  EXPECT_TRUE(begins_with(report_of(forgetful).failures, "MISUSE  Suite.Name"));
}

TEST(NornTest, HandsASkipOn) {
  const reported r = report_of([] { GTEST_SKIP() << "not today"; });
  EXPECT_EQ(r.skips, "not today");
  EXPECT_EQ(r.failures, "");
}

TEST(NornExpectViolation, FailsWhereNothingIsViolated) {
  EXPECT_EQ(report_of(whole, "assertions").failures,
            "expected a violation of assertions, and the search is complete without one: "
            "2 executions");
}

TEST(NornExpectViolation, FailsWhereSomethingElseIs) {
  EXPECT_TRUE(begins_with(report_of(crossed, "assertions").failures,
                          "expected a violation of assertions, and got:\n"
                          "VIOLATED  Suite.Name: no_deadlock\n  no thread can go on: "));
}

// --- flags and environment ---

struct run_anew {
  int code = 0;
  std::string output;
};

run_anew with(const std::string& arguments, const std::string& environment = "") {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::FILE* pipe =
      popen((environment + " '" + self + "' --gtest_also_run_disabled_tests " + arguments + " 2>&1")
                .c_str(),
            "r");
  run_anew run;
  std::array<char, 512> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) run.output += part.data();
  run.code = WEXITSTATUS(pclose(pipe));
  return run;
}

bool has(const run_anew& run, const std::string& text) {
  return run.output.find(text) != std::string::npos;
}

std::string token_in(const run_anew& run) {
  std::smatch found;
  const bool there = std::regex_search(run.output, found, std::regex("--norn_replay=(\\S+)"));
  return there ? found[1].str() : "";
}

const char* const all_samples = "--gtest_filter=DISABLED_Sample.* ";

TEST(Flags, ReplayRunsTheOneScheduleOfItsTest) {
  const std::string token = token_in(with("--gtest_filter=DISABLED_Sample.LosesAnUpdate"));
  ASSERT_TRUE(begins_with(token, "v1:DISABLED_Sample.LosesAnUpdate:"));
  for (const run_anew& run : {with(all_samples + ("--norn_replay=" + token)),
                              with(all_samples, "NORN_REPLAY=" + token)}) {
    EXPECT_EQ(run.code, 1);
    EXPECT_TRUE(has(run, "VIOLATED  DISABLED_Sample.LosesAnUpdate: assertions\n")) << run.output;
    EXPECT_FALSE(has(run, "explored "));
    EXPECT_TRUE(has(run, "not run: --norn_replay has a token of DISABLED_Sample.LosesAnUpdate"));
    EXPECT_TRUE(has(run, "[  SKIPPED ] DISABLED_Sample.Holds"));
    EXPECT_TRUE(has(run, "[  FAILED  ] DISABLED_Sample.LosesAnUpdate"));
  }
}

TEST(Flags, ReplayOfAnExpectedViolationShowsItAndPasses) {
  const run_anew run =
      with("--gtest_filter=DISABLED_Sample.IsBroken --gtest_output=xml:/dev/stderr");
  EXPECT_EQ(run.code, 0);
  std::smatch found;
  ASSERT_TRUE(
      std::regex_search(run.output, found, std::regex("name=\"replay\" value=\"([^\"]+)\"")))
      << run.output;
  EXPECT_TRUE(has(run, "<property name=\"verdict\" value=\"violated\"/>"));
  EXPECT_TRUE(has(run, "<property name=\"bounds\" value=\"none\"/>"));
  EXPECT_TRUE(has(run, "<property name=\"executions\" value=\""));
  const run_anew again =
      with("--gtest_filter=DISABLED_Sample.IsBroken --norn_replay=" + found[1].str());
  EXPECT_EQ(again.code, 0);
  EXPECT_TRUE(has(again, "VIOLATED  DISABLED_Sample.IsBroken: assertions\n")) << again.output;
}

TEST(Flags, ReplayOfAScheduleThatLeadsToMisuseFails) {
  norn::engine::token t = std::get<norn::engine::token>(
      norn::engine::decode(token_in(with("--gtest_filter=DISABLED_Sample.LosesAnUpdate"))));
  t.check = "DISABLED_Sample.IsMisused";
  const run_anew run =
      with("--gtest_filter=DISABLED_Sample.IsMisused --norn_replay=" + norn::engine::encode(t));
  EXPECT_EQ(run.code, 1);
  EXPECT_TRUE(has(run, "MISUSE  DISABLED_Sample.IsMisused")) << run.output;
  EXPECT_TRUE(has(run, "an operation (exchange) inside the predicate of always(\"looks_only\")"));
}

TEST(Flags, ATokenThatIsNoneFailsTheTest) {
  const run_anew damaged = with("--gtest_filter=DISABLED_Sample.Holds --norn_replay=v1:a");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_TRUE(has(damaged, "the replay token is truncated: it ends within the name of its check."));
  // A token of no test here, "v1:Other.Test:" with an empty schedule.
  const run_anew foreign = with(
      "--gtest_filter=DISABLED_Sample.Holds --norn_replay=v1:Other.Test:AQoAAAAAAAAAAAAAexuzOA");
  EXPECT_EQ(foreign.code, 1);
  EXPECT_TRUE(has(foreign, "the token is of Other.Test, and this executable has no such test."))
      << foreign.output;
}

TEST(Flags, AnUnknownOneFailsTheTestWithTheListOfThoseThereAre) {
  const run_anew run = with("--gtest_filter=DISABLED_Sample.Holds --norn_sed=3");
  EXPECT_EQ(run.code, 1);
  EXPECT_TRUE(has(
      run,
      "there is no flag --norn_sed\n"
      "  the flags of Norn:\n"
      "    --norn_replay=TOKEN  one schedule again\n"
      "    --norn_strategy=NAME  how schedules are chosen: exhaustive, bounded, random or timed\n"))
      << run.output;
}

TEST(Flags, AValueOutOfRangeFailsTheTest) {
  const run_anew run = with("--gtest_filter=DISABLED_Sample.Holds --norn_seed=x");
  EXPECT_EQ(run.code, 1);
  EXPECT_TRUE(has(run, "--norn_seed takes a whole number from 0 to 18446744073709551615, not `x`"));
  const run_anew none = with("--gtest_filter=DISABLED_Sample.Holds --norn_seed");
  EXPECT_TRUE(has(none, "--norn_seed needs a value: --norn_seed=..."));
  const run_anew variable = with("--gtest_filter=DISABLED_Sample.Holds", "NORN_DEPTH=deep");
  EXPECT_EQ(variable.code, 1);
  EXPECT_TRUE(has(variable, "NORN_DEPTH takes a whole number from 1 to 100000000, not `deep`"));
}

TEST(Flags, AFlagBeatsTheEnvironment) {
  const std::string filter = "--gtest_filter=DISABLED_Sample.Holds ";
  EXPECT_TRUE(has(with(filter, "NORN_EXECUTIONS=1"), "undecided: inconclusive after 1 execution"));
  EXPECT_FALSE(has(with(filter + "--norn_executions=9", "NORN_EXECUTIONS=1"), "undecided"));
  EXPECT_TRUE(has(with(filter + "--norn_strategy=random --norn_executions=9"),
                  "undecided: sampled after 9 executions, expected holds"));
}

TEST(Flags, ABoundOnPreemptionsMeansStrategyBounded) {
  const std::string filter = "--gtest_filter=DISABLED_Sample.Holds ";
  EXPECT_EQ(with(filter + "--norn_preemptions=1").code, 0);
  const run_anew both = with(filter + "--norn_preemptions=1 --norn_strategy=random");
  EXPECT_EQ(both.code, 1);
  EXPECT_TRUE(has(both, "strategy random has no bound on preemptions, and both were said"));
  EXPECT_TRUE(has(with(filter + "--norn_preemptions=many"),
                  "--norn_preemptions takes a whole number from 0 to 10000, not `many`"));
}

TEST(Flags, NothingIsExploredToListTests) {
  const run_anew run = with("--gtest_list_tests --gtest_filter=DISABLED_Sample.* --norn_sed=1");
  EXPECT_EQ(run.code, 0);
  EXPECT_TRUE(
      has(run, "DISABLED_Sample.\n  LosesAnUpdate\n  Holds\n  IsBroken\n  IsMisused\n  Skips\n"))
      << run.output;
}

}  // namespace
