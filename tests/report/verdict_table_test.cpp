#include <norn/report/verdict_table.hpp>

#include <gtest/gtest.h>

#include <norn/tests/report/sample.hpp>

namespace norn {
namespace {

using sample::result;

TEST(Standing, ComparesAVerdictWithTheOneDeclared) {
  using enum conclusion;
  for (const conclusion c : {holds, holds_within_bound, sampled, violated, inconclusive, misuse}) {
    EXPECT_EQ(standing_of(c, c), standing::as_declared) << name_of(c);
  }
  EXPECT_EQ(standing_of(violated, holds), standing::differs);
  EXPECT_EQ(standing_of(violated, holds_within_bound), standing::differs);
  EXPECT_EQ(standing_of(holds, violated), standing::differs);
  EXPECT_EQ(standing_of(misuse, holds), standing::misused);
  EXPECT_EQ(standing_of(misuse, violated), standing::misused);
  for (const conclusion c : {holds_within_bound, sampled, inconclusive}) {
    EXPECT_EQ(standing_of(c, holds), standing::undecided) << name_of(c);
    EXPECT_EQ(standing_of(c, violated), standing::undecided) << name_of(c);
  }
  // Less was declared than came.
  EXPECT_EQ(standing_of(holds, holds_within_bound), standing::as_declared);
  EXPECT_EQ(standing_of(holds, sampled), standing::as_declared);
  EXPECT_EQ(standing_of(holds_within_bound, sampled), standing::as_declared);
  EXPECT_EQ(standing_of(sampled, holds_within_bound), standing::undecided);
}

TEST(VerdictTable, HasALineForEachCheck) {
  EXPECT_EQ(verdict_line(result(), 32, false),
            "ok         bank/buggy@2thread:total_kept     holds  (1,234 executions, 0.50 s)\n");
  EXPECT_EQ(verdict_line(sample::violated_result(conclusion::violated), 29, false),
            "ok         bank/buggy@2thread:total_kept  violated, as expected  "
            "(1,234 executions, 0.50 s)\n");
  EXPECT_EQ(verdict_line(sample::violated_result(), 29, false),
            "DIFFERS    bank/buggy@2thread:total_kept  violated, expected holds  "
            "(1,234 executions, 0.50 s)\n");
}

TEST(VerdictTable, SaysWhichBoundWasHit) {
  check_result r = result(conclusion::inconclusive);
  r.complete = false;
  r.bound_hit = bound_kind::time;
  r.limits.time_seconds = 60;
  r.stats.blocked = 2;
  EXPECT_EQ(verdict_line(r, 29, false),
            "undecided  bank/buggy@2thread:total_kept  inconclusive after 60 s, expected holds  "
            "(1,234 executions + 2 cut off, 0.50 s)\n");
  r.bound_hit = bound_kind::depth;
  EXPECT_EQ(verdict_remark(r),
            "inconclusive with executions cut off at 10,000 steps, expected holds");
  r.bound_hit = bound_kind::interrupted;
  EXPECT_EQ(verdict_remark(r), "inconclusive on Ctrl-C, expected holds");
  r.bound_hit = bound_kind::executions;
  r.limits.executions = 1'234;
  r.decided.verdict = r.expected = conclusion::holds_within_bound;
  EXPECT_EQ(verdict_remark(r), "holds within bound after 1,234 executions");
  r.bound_hit = bound_kind::preemptions;
  r.limits.preemptions = 1;
  EXPECT_EQ(verdict_remark(r), "holds within bound with at most 1 preemption");
  r.expected = conclusion::holds;
  r.limits.preemptions = 0;
  EXPECT_EQ(verdict_remark(r), "holds within bound with at most 0 preemptions, expected holds");
  EXPECT_EQ(standing_of(r), standing::undecided);
}

// The search without the bound ended first: what it says is of all executions.
TEST(VerdictTable, SaysThatABoundCostMoreThanNone) {
  check_result r = result(conclusion::holds);
  r.limits.preemptions = 2;
  EXPECT_EQ(verdict_remark(r), "holds without a bound, too: that search ended first");
  r.strategy = "bounded";  // it met no bound
  EXPECT_EQ(verdict_remark(r), "holds");
}

TEST(VerdictTable, SaysWhatWasExploredUpToRenaming) {
  check_result r = result(conclusion::holds);
  r.strategy = "exhaustive";
  r.stats.met_groups = true;
  EXPECT_EQ(verdict_line(r, 29, false),
            "ok         bank/buggy@2thread:total_kept  holds  "
            "(1,234 executions up to renaming, 0.50 s)\n");
}

TEST(VerdictTable, TellsExecutionsProbesAndShrinkingApart) {
  check_result r = sample::violated_result(conclusion::violated);
  r.stats.probes = 12;
  r.stats.probe_steps = 345;
  r.stats.shrinking = {.executions = 1'000, .steps = 20'000, .seconds = 0.25};
  EXPECT_EQ(verdict_line(r, 29, false),
            "ok         bank/buggy@2thread:total_kept  violated, as expected  "
            "(1,234 executions, 0.50 s; shrinking: 1,000 executions, 0.25 s)\n");
  check_result other = r;
  other.variant = "other";
  EXPECT_EQ(summary_text({r, r, other}, false),
            "3 checks in 2 searches: 3 as declared · 2,468 executions, 11,356 steps, "
            "24 probes of 690 steps, 1.00 s · shrinking: 2,000 executions, 40,000 steps, 0.50 s\n");
}

TEST(VerdictTable, SumsUp) {
  check_result other = sample::violated_result();
  other.variant = "fixed";
  check_result undecided = result(conclusion::inconclusive);
  undecided.variant = "slow";
  EXPECT_EQ(summary_text({result(), result(), other, undecided}, false),
            "4 checks in 3 searches: 2 as declared, 1 differs, 1 undecided · "
            "3,702 executions, 17,034 steps, 1.50 s\n");
  EXPECT_EQ(summary_text({result()}, false),
            "1 check in 1 search: 1 as declared · 1,234 executions, 5,678 steps, 0.50 s\n");
}

TEST(Counts, AreGroupedAndPlural) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(counted(1, "step"), "1 step");
  EXPECT_EQ(counted(2, "search", "searches"), "2 searches");
}

TEST(Durations, HaveTheUnitsThatMatter) {
  EXPECT_EQ(duration(0.004), "0.00 s");
  EXPECT_EQ(duration(12.34), "12.3 s");
  EXPECT_EQ(duration(250), "4 min 10 s");
  EXPECT_EQ(duration(7'260), "2 h 1 min");
}

TEST(Conclusions, HaveTheirNamesInJson) {
  using enum conclusion;
  for (const conclusion c : {holds, holds_within_bound, sampled, violated, inconclusive, misuse}) {
    EXPECT_EQ(conclusion_named(name_of(c)), c);
  }
  EXPECT_EQ(name_of(holds_within_bound), "holds_within_bound");
  EXPECT_EQ(conclusion_named("Holds"), std::nullopt);
}

}  // namespace
}  // namespace norn
