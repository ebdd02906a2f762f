#include <norn/testing/norn_test.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <string>
#include <variant>

#include <norn/report/display.hpp>
#include <norn/report/failure.hpp>
#include <norn/report/terminal.hpp>
#include <norn/report/verdict_table.hpp>
#include <norn/scheduler/base/bad_input.hpp>
#include <norn/scheduler/explore/token.hpp>
#include <norn/testing/assertions.hpp>
#include <norn/testing/outside.hpp>

namespace norn::testing_detail {

using namespace engine;

namespace {

constexpr const char* assertions = "assertions";

std::string name_of(const checked_test& test) { return std::string(test.suite) + "." + test.name; }

explore_options options_for(const checked_test& test, const settings& said) {
  explore_options options;
  options.name = name_of(test);
  options.properties = {test.violates != nullptr ? test.violates : assertions};
  options.strategy = test.given.strategy;
  options.limits = {test.given.executions, test.given.time_seconds, test.given.depth,
                    test.given.preemptions};
  options.seed = test.given.seed;
  options.jobs = std::max<std::size_t>(test.given.jobs, 1);
  // A test that must hold has one property, that nothing fails. One that must break a certain
  // property goes on past others.
  options.stop_at_first_violation = test.violates == nullptr;
  options.stack_bytes = test.given.stack_bytes;
  apply(said, options);
  return options;
}

// What the test claims: the most that its own options let a search say.
conclusion declared_by(const checked_test& test) {
  if (test.violates != nullptr) return conclusion::violated;
  const strategy_row& by = strategy_row_of(test.given.strategy);
  if (by.samples) return conclusion::sampled;
  const bool bounded = by.bounds_preemptions || test.given.preemptions.has_value();
  return bounded || test.given.executions > 0 ? conclusion::holds_within_bound : conclusion::holds;
}

failure_style style_for(const outside& said, const checked_test& test) {
  failure_style style;
  style.width = line_width(stdout);
  style.replay_command =
      fmt::format("{} --gtest_filter={} --norn_replay=", shell_quoted(said.program),
                  shell_quoted(name_of(test)));
  return style;
}

void fail(const checked_test& test, const std::string& text) {
  GTEST_MESSAGE_AT_(test.file, test.line, text.c_str(),
                    ::testing::TestPartResult::kNonFatalFailure);
}

void skip(const checked_test& test, const std::string& text) {
  GTEST_MESSAGE_AT_(test.file, test.line, text.c_str(), ::testing::TestPartResult::kSkip);
}

// The property that decides the test: the one it must break, else whatever was violated.
const property_verdict& deciding(const search_result& found, const checked_test& test) {
  const property_verdict* decided = &found.properties.front();
  for (const property_verdict& p : found.properties) {
    const bool wanted = test.violates != nullptr && p.property == test.violates;
    if (wanted && p.verdict == conclusion::violated) return p;
    if (p.verdict == conclusion::violated) decided = &p;
  }
  return *decided;
}

check_result result_of(const checked_test& test, const search_result& found) {
  check_result r;
  r.name = name_of(test);
  r.expected = declared_by(test);
  r.decided = deciding(found, test);
  r.stats = found.stats;
  r.complete = found.complete;
  r.bound_hit = found.bound_hit;
  r.limits = found.limits;
  r.strategy = found.strategy;
  r.faults = found.faults;
  return r;
}

std::string bounds_text(const check_result& r) {
  const std::string limit = limitation(r);
  return limit.empty() ? "none" : limit;
}

void record(const check_result& r) {
  using ::testing::Test;
  Test::RecordProperty("verdict", std::string(norn::name_of(r.decided.verdict)));
  Test::RecordProperty("executions", std::to_string(r.stats.executions));
  Test::RecordProperty("bounds", bounds_text(r));
  if (const auto token = replay_token(r)) Test::RecordProperty("replay", *token);
}

void report_expected_violation(const checked_test& test, const check_result& r,
                               const failure_style& style) {
  const bool violated = r.decided.verdict == conclusion::violated;
  if (violated && r.decided.property == test.violates) return;
  const std::string wanted = std::string("expected a violation of ") + test.violates;
  if (violated || r.decided.verdict == conclusion::misuse) {
    fail(test, wanted + ", and got:\n" + failure_text(r, style));
  } else if (standing_of(r) == standing::undecided) {
    skip(test, wanted + ", undecided: " + verdict_remark(r));
  } else {
    fail(test, wanted + ", and the search is complete without one: " +
                   counted(r.stats.executions, "execution"));
  }
}

// A budget may end a test early, and the reader sees it skipped. The depth of the test itself is no
// budget: what goes beyond it was never checked, and most likely never ends.
void leave_undecided(const checked_test& test, const check_result& r, const outside& said) {
  const std::string text = "undecided: " + verdict_remark(r);
  if (r.bound_hit != bound_kind::depth || said.search.depth) return skip(test, text);
  fail(test, text +
                 ".\n  a thread of the body may never end; if it only takes long, declare\n"
                 "  norn::options{.depth = ...}.");
}

void report(const checked_test& test, const check_result& r, const outside& said) {
  const failure_style style = style_for(said, test);
  if (test.violates != nullptr) return report_expected_violation(test, r, style);
  const bool fails =
      r.decided.verdict == conclusion::violated || r.decided.verdict == conclusion::misuse;
  if (fails) {
    fail(test, failure_text(r, style));
  } else if (standing_of(r) == standing::undecided) {
    leave_undecided(test, r, said);
  }
}

void search(const checked_test& test, const outside& said) {
  search_result found;
  std::string stray;
  bool skipped = false;
  std::string skip_message;
  {
    assertion_reporter reporter;
    found = explore(test.body, options_for(test, said.search));
    stray = reporter.stray_failure();
    skipped = reporter.skipped();
    skip_message = reporter.skip_message();
  }
  const check_result r = result_of(test, found);
  record(r);
  if (!stray.empty()) fail(test, "an assertion failed outside the model:\n" + stray);
  if (skipped && r.decided.verdict != conclusion::violated) return skip(test, skip_message);
  report(test, r, said);
}

// --- one schedule ---

bool is_registered(const std::string& name) {
  const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const ::testing::TestSuite& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t) {
      if (name == std::string(suite.name()) + "." + suite.GetTestInfo(t)->name()) return true;
    }
  }
  return false;
}

void report_replay(const checked_test& test, const check_result& r, const failure_style& style) {
  const std::string text = failure_text(r, style);
  const bool violated = r.decided.verdict == conclusion::violated;
  if (r.decided.verdict == conclusion::misuse) return fail(test, text);
  if (test.violates == nullptr) {
    if (violated) return fail(test, text);
    fmt::print(stdout, "{}the schedule ran to its end, and violates nothing any more.\n", text);
  } else if (violated && r.decided.property == test.violates) {
    fmt::print(stdout, "{}", text);
  } else {
    fail(test, fmt::format("the schedule ran to its end without a violation of {}\n{}",
                           test.violates, text));
  }
}

void run_schedule(const checked_test& test, const token& t, const outside& said) {
  explore_options options = options_for(test, said.search);
  if (t.depth > 0) options.limits.depth = t.depth;
  replay_result again;
  {
    assertion_reporter reporter;
    again = replay(test.body, options, t.schedule, t.fingerprint,
                   test.violates != nullptr ? test.violates : "");
  }
  if (again.refused)
    return fail(test, "the token does not fit this test.\n  " + *again.refused + "\n  " +
                          causes_of_a_misfit());
  check_result r;
  r.name = name_of(test);
  r.expected = declared_by(test);
  r.decided = {again.violated ? again.trace.property : options.properties.front(), again.verdict(),
               again.misuse.value_or(again.trace.message), again.trace};
  r.stats.executions = 1;
  r.limits = options.limits;
  record(r);
  failure_style style = style_for(said, test);
  style.exploration = false;
  report_replay(test, r, style);
}

void replay_or_skip(const checked_test& test, const outside& said) {
  const auto decoded = decode(*said.replay);
  if (const auto* error = std::get_if<token_error>(&decoded)) throw bad_input(error->message);
  const token& t = std::get<token>(decoded);
  if (t.check == name_of(test)) return run_schedule(test, t, said);
  if (!is_registered(t.check)) {
    throw bad_input("the token is of " + printable(t.check) +
                    ", and this executable has no such test.\n"
                    "  a token of `norn check` is replayed with `norn replay`.");
  }
  skip(test, "not run: --norn_replay has a token of " + printable(t.check));
}

}  // namespace

void run(const checked_test& test) {
  try {
    const outside said = read_outside(process_arguments());
    said.replay ? replay_or_skip(test, said) : search(test, said);
  } catch (const bad_input& error) {
    fail(test, error.what());
  }
}

}  // namespace norn::testing_detail
