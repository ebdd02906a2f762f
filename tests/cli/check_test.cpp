// `norn check` and `norn list`: what they print, and every exit code. The checks are those of
// checks.cpp.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <norn/tests/cli/command.hpp>

namespace norn::test {
namespace {

using nlohmann::json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

json results_of(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"check", "--json", "-"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return json::parse(norn(all).out);
}

TEST(List, ShowsEachCheckAndWhatItExpects) {
  const outcome o = norn({"list", "tally"});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.error, "");
  EXPECT_EQ(o.out,
            "tally/split@2thread:counts_both  violated\n"
            "tally/split@2thread:counts_one   holds\n"
            "tally/whole@2thread:counts_both  holds\n"
            "tally/whole@2thread:counts_one   holds\n"
            "tally/whole@bounded:counts_both  holds_within_bound\n");
}

TEST(List, TakesGlobsOnAnyPrefix) {
  EXPECT_EQ(norn({"list", "*@2thread:counts_o"}).out,
            "tally/split@2thread:counts_one  holds\n"
            "tally/whole@2thread:counts_one  holds\n");
  EXPECT_EQ(norn({"list", "tally/w?ole@b*", "wrong/[cd]*"}).out,
            "tally/whole@bounded:counts_both  holds_within_bound\n"
            "wrong/crossed@undeclared:ends    holds\n");
}

TEST(List, WritesJson) {
  const json listed = json::parse(norn({"list", "--json", "wrong/crossed"}).out);
  EXPECT_EQ(listed.dump(),
            R"({"checks":[{"deployment":"undeclared","expected":"holds",)"
            R"("name":"wrong/crossed@undeclared:ends","property":"ends","protocol":"wrong",)"
            R"("variant":"crossed"}],"norn":"0.1.0","schema":1})");
}

TEST(List, WritesWhatACheckCovers) {
  const json row = json::parse(norn({"list", "--json", "apart"}).out)["checks"][0];
  EXPECT_EQ(row["covers"], json({"row 7"}));
  EXPECT_EQ(row["tags"], json({"kept"}));
}

TEST(Check, WritesWhatACheckCovers) {
  const json row = json::parse(norn({"check", "apart", "--json", "-"}).out)["checks"][0];
  EXPECT_EQ(row["covers"], json({"row 7"}));
  EXPECT_EQ(row["tags"], json({"kept"}));
}

// Two threads, two ways round for fetch_add: 2 executions of 6 steps, which are the spawn, 2 adds, the
// join, and the load of each of the two properties. The first execution is run once more, a probe.
TEST(Check, HasALineForEachCheckAndASummary) {
  const outcome o = norn({"check", "tally/whole@2thread"});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.error, "");
  EXPECT_EQ(
      without_times(o.out),
      "ok         tally/whole@2thread:counts_both  holds  (2 executions, T s)\n"
      "ok         tally/whole@2thread:counts_one   holds  (2 executions, T s)\n"
      "2 checks in 1 search: 2 as declared · 2 executions, 12 steps, 1 probe of 6 steps, T s\n");
}

TEST(Check, ShowsTheTraceOfAnExpectedViolationWhereFewChecksAreSelected) {
  const outcome o = norn({"check", "tally/split@2thread:counts_both"});
  EXPECT_EQ(o.code, 0);
  EXPECT_TRUE(contains(o.out, "tally/split@2thread:counts_both  violated, as expected  ("))
      << o.out;
  EXPECT_TRUE(contains(o.out, "\nVIOLATED  tally/split@2thread:counts_both    total is not 2\n"));
  EXPECT_TRUE(contains(o.out, "\nreplay:  norn replay v1:tally/split@2thread:counts_both:"));
}

// All of them are more than eight.
TEST(Check, ShowsOnlyTheTokenOfAnExpectedViolationAmongMany) {
  const outcome o = norn({"check"});
  EXPECT_FALSE(contains(o.out, "VIOLATED  tally/split"));
  EXPECT_TRUE(
      contains(o.out, "           replay:  norn replay v1:tally/split@2thread:counts_both:"));
  EXPECT_TRUE(contains(o.out, "VIOLATED  wrong/split@optimistic:counts_both"));
  EXPECT_TRUE(contains(norn({"check", "--verbose"}).out, "VIOLATED  tally/split"));
}

// Of the 5 executions, 2 are of the whole search, 1 of the bounded one and 2 of the wrong one; 6 steps each. The two that
// are not bounded run their first execution once more, a probe.
TEST(Check, QuietShowsOnlyWhatIsNotAsDeclared) {
  const outcome o = norn({"check", "--quiet", "tally/whole", "wrong/whole"});
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(without_times(o.out),
            "DIFFERS    wrong/whole@pessimistic:counts_both  holds, expected violated  "
            "(2 executions, T s)\n"
            "           the search is complete and no execution violates it: either the variant is "
            "repaired,\n"
            "           or the check no longer reaches what broke it.\n"
            "4 checks in 3 searches: 3 as declared, 1 differs · 5 executions, 30 steps, 2 probes "
            "of 12 steps, T s\n");
}

TEST(Check, AnUndeclaredViolationIsARowOfItsOwn) {
  const outcome o = norn({"check", "wrong/crossed"});
  EXPECT_EQ(o.code, 1);
  EXPECT_TRUE(contains(o.out, "ok         wrong/crossed@undeclared:ends         holds  ("))
      << o.out;
  EXPECT_TRUE(contains(
      o.out, "DIFFERS    wrong/crossed@undeclared:no_deadlock  violated, expected holds  ("));
  const json row = results_of({"wrong/crossed"})["checks"][1];
  EXPECT_EQ(row["name"], "wrong/crossed@undeclared:no_deadlock");
  EXPECT_EQ(row["expected"], "holds");
  EXPECT_EQ(row["verdict"], "violated");
  EXPECT_EQ(row["counterexample"]["message"],
            "no thread can go on: taker/0 waits for mutex right held by taker/1, taker/1 waits for "
            "mutex left held by taker/0");
  EXPECT_EQ(row["counterexample"]["blocked_threads"].size(), 3u);
}

TEST(Check, ADeclaredPropertyThatWasNotSelectedStaysOut) {
  const json checks = results_of({"tally/split@2thread:counts_one"})["checks"];
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0]["name"], "tally/split@2thread:counts_one");
}

// --- exit codes ---

TEST(ExitCode, IsOneWhereAVerdictDiffers) {
  EXPECT_EQ(norn({"check", "wrong/split"}).code, 1);
  EXPECT_EQ(norn({"check", "wrong/whole"}).code, 1);
}

TEST(ExitCode, IsFourForANondeterministicTest) {
  const outcome o = norn({"check", "wrong/forgetful"});
  EXPECT_EQ(o.code, 4);
  EXPECT_TRUE(contains(o.out,
                       "MISUSE     wrong/forgetful@2thread:counts_both  misuse, expected "
                       "holds  ("))
      << o.out;
}

TEST(ExitCode, MisuseGoesBeforeADifference) { EXPECT_EQ(norn({"check", "wrong"}).code, 4); }

TEST(ExitCode, IsThreeForAnUndecidedCheckOnlyWhereCompletenessIsRequired) {
  const std::vector<std::string> budget{"check", "tally/whole@2thread", "--executions", "1"};
  const outcome o = norn(budget);
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(without_times(o.out),
            "undecided  tally/whole@2thread:counts_both  inconclusive after 1 execution, expected "
            "holds  (1 execution, T s)\n"
            "undecided  tally/whole@2thread:counts_one   inconclusive after 1 execution, expected "
            "holds  (1 execution, T s)\n"
            "2 checks in 1 search: 0 as declared, 2 undecided · 1 execution, 6 steps, T s\n");
  std::vector<std::string> required = budget;
  required.emplace_back("--require-exhaustive");
  EXPECT_EQ(norn(required).code, 3);
  EXPECT_EQ(norn(budget, {"NORN_REQUIRE_EXHAUSTIVE=1"}).code, 3);
}

TEST(ExitCode, ADifferenceGoesBeforeWhatIsUndecided) {
  EXPECT_EQ(norn({"check", "wrong/split", "tally/whole@2thread", "--executions", "2",
                  "--require-exhaustive"})
                .code,
            1);
}

// A bound that the check declares is part of its claim; a budget from outside is not.
TEST(Check, ABoundThatIsDeclaredIsNoBudget) {
  const json declared = results_of({"tally/whole@bounded"})["checks"][0];
  EXPECT_EQ(declared["verdict"], "holds_within_bound");
  EXPECT_EQ(declared["bounds"].dump(), R"({"executions":1})");
  EXPECT_EQ(declared["bound_hit"], "executions");
  const json budget = results_of({"tally/whole@bounded", "--executions", "1"})["checks"][0];
  EXPECT_EQ(budget["verdict"], "inconclusive");
}

TEST(Check, SamplesWithTheRandomStrategy) {
  const json found = results_of(
      {"tally/whole@2thread", "--strategy=random", "--executions=50", "--seed=7", "--jobs=3"});
  EXPECT_EQ(found["config"].dump(), R"({"jobs":3,"seed":7,"strategy":"random"})");
  EXPECT_EQ(found["checks"][0]["verdict"], "sampled");
  EXPECT_EQ(found["checks"][0]["executions"], 50);
}

// A bound on preemptions is a bound of the search without being said to be one twice. Where the search
// without it costs less, that one decides, and says so.
TEST(Check, BoundsPreemptionsUnlessThatCostsMore) {
  const std::vector<std::vector<std::string>> ways{
      {"tally/whole@2thread", "--preemptions=0"},
      {"tally/whole@2thread", "--strategy=bounded", "--preemptions=0"}};
  for (const auto& way : ways) {
    const json found = results_of(way);
    EXPECT_EQ(found["config"]["strategy"], "bounded");
    EXPECT_EQ(found["checks"][0]["verdict"], "holds");
    EXPECT_EQ(found["checks"][0]["complete"], true);
    EXPECT_EQ(found["checks"][0]["bounds"].dump(), R"({"preemptions":0})");
    EXPECT_EQ(found["checks"][0]["bound_hit"], nullptr);
  }
  EXPECT_TRUE(contains(norn({"check", "tally/whole@2thread"}, {"NORN_PREEMPTIONS=1"}).out,
                       "holds without a bound, too: that search ended first  ("));
}

TEST(Check, StopsAfterADifferenceWhenTold) {
  const outcome o = norn({"check", "wrong/split", "wrong/whole", "--no-keep-going"});
  EXPECT_EQ(o.code, 1);
  EXPECT_FALSE(contains(o.out, "pessimistic"));
  EXPECT_TRUE(contains(o.out, "1 check not searched: --no-keep-going\n")) << o.out;
  EXPECT_FALSE(contains(norn({"check", "wrong/split", "wrong/whole"}, {"NORN_KEEP_GOING=0"}).out,
                        "pessimistic"));
  EXPECT_TRUE(contains(norn({"check", "wrong/split", "wrong/whole"}).out, "pessimistic"));
}

TEST(Check, AFlagBeatsTheEnvironment) {
  EXPECT_EQ(norn({"check", "tally/whole@2thread"}, {"NORN_EXECUTIONS=1"}).out.rfind("undecided", 0),
            0u);
  EXPECT_EQ(norn({"check", "tally/whole@2thread", "--executions", "9"}, {"NORN_EXECUTIONS=1"})
                .out.rfind("ok", 0),
            0u);
}

TEST(Check, WritesItsFiles) {
  const std::string json_file = absent_file();
  const std::string junit_file = absent_file();
  const outcome o =
      norn({"check", "tally/whole@2thread", "--json", json_file, "--junit", junit_file});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(json::parse(content_of(json_file))["checks"].size(), 2u);
  EXPECT_EQ(content_of(junit_file).rfind("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 0), 0u);
}

TEST(Check, JsonOnStandardOutputLeavesTheTextBeside) {
  const outcome o = norn({"check", "tally/whole@2thread", "--json", "-"});
  EXPECT_TRUE(json::accept(o.out));
  EXPECT_TRUE(contains(o.error, "2 checks in 1 search: 2 as declared"));
}

TEST(Check, ColorsOnlyWhatIsATerminalUnlessTold) {
  EXPECT_FALSE(contains(norn({"check", "wrong/split"}).out, "\x1b"));
  EXPECT_TRUE(contains(norn({"check", "wrong/split", "--color=always"}).out, "\x1b[1;31mDIFFERS"));
  EXPECT_TRUE(contains(norn({"check", "wrong/split"}, {"NORN_COLOR=always"}).out, "\x1b[1;31m"));
}

}  // namespace
}  // namespace norn::test
