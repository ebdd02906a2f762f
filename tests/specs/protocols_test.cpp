// What every protocol has to stand, whatever it is: each verdict as its text says, each counterexample runs again,
// a wrong fix differs from the right one in the steps that it names and in no others.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <norn/report/check_result.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/explore/token.hpp>

#include "searches.hpp"
#include "steps.hpp"

namespace norn::specs_test {

using namespace engine;
namespace {

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const auto& each : kit::registered_specs()) names.push_back(each->name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string name_of_test(const testing::TestParamInfo<std::string>& info) { return info.param; }

class Protocol : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Every, Protocol, testing::ValuesIn(protocol_names()), name_of_test);

class LargeProtocol : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Every, LargeProtocol, testing::ValuesIn(protocol_names()), name_of_test);

// Replays the token of a counterexample, as `norn replay` does.
void expect_replays(const kit::declared_search& s, const property_verdict& v) {
  check_result row;
  row.name = s.name() + ":" + v.property;
  row.decided = v;
  const auto text = replay_token(row);
  ASSERT_TRUE(text) << row.name;
  const auto decoded = decode(*text);
  const token* const t = std::get_if<token>(&decoded);
  ASSERT_NE(t, nullptr) << *text;
  explore_options options;
  options.name = s.name();
  options.properties = {v.property};
  options.strategy = s.strategy;
  const replay_result again = replay(s.body, options, t->schedule, t->fingerprint, v.property);
  EXPECT_EQ(again.refused, std::nullopt) << row.name;
  EXPECT_TRUE(again.violated) << row.name;
  EXPECT_EQ(again.trace.property, v.property) << row.name;
  EXPECT_EQ(again.trace.message, v.message) << row.name;
}

void expect_as_declared(const kit::declared_search& s) {
  const search_result result = result_of(s);
  // One more would be a property that nobody declared: a deadlock, an exception.
  ASSERT_EQ(result.properties.size(), s.expects.size()) << s.name();
  for (std::size_t i = 0; i < s.expects.size(); ++i) {
    const property_verdict& decided = result.properties[i];
    EXPECT_EQ(decided.property, s.expects[i].property);
    EXPECT_EQ(name_of(decided.verdict), name_of(s.expects[i].verdict))
        << s.name() << ":" << decided.property << " " << decided.message;
    if (decided.verdict == conclusion::violated) expect_replays(s, decided);
  }
}

TEST_P(Protocol, IsAsDeclaredAndEveryCounterexampleReplays) {
  const std::vector<kit::declared_search> searches = searches_of(GetParam());
  ASSERT_FALSE(searches.empty());
  for (const kit::declared_search& s : searches) expect_as_declared(s);
}

TEST_P(LargeProtocol, IsAsDeclaredAndEveryCounterexampleReplays) {
  for (const kit::declared_search& s : large_searches_of(GetParam())) expect_as_declared(s);
}

// Violated in a deployment where they hold of what this is a variant of.
bool is_wrong(const kit::spec& p, const kit::spec::variant& v) {
  std::set<std::string> held;
  for (const kit::declared_search& s : kit::registered_searches()) {
    for (const kit::expectation& e : s.expects) {
      const bool of_base = s.protocol == p.name && s.variant == v.of;
      if (of_base && e.verdict == conclusion::holds) held.insert(s.deployment + ":" + e.property);
    }
  }
  for (const kit::declared_search& s : kit::registered_searches()) {
    for (const kit::expectation& e : s.expects) {
      const bool lost = s.protocol == p.name && s.variant == v.name &&
                        e.verdict == conclusion::violated &&
                        held.contains(s.deployment + ":" + e.property);
      if (lost) return true;
    }
  }
  return false;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

bool is_in(const std::string& word, const changed_line& line) {
  return line.sign != ' ' && line.step.find(word) != std::string::npos;
}

void expect_differs_in(const std::vector<std::string>& named, const told_difference& d) {
  for (const changed_line& line : d.lines) {
    const bool is_named = std::any_of(named.begin(), named.end(),
                                      [&](const std::string& word) { return is_in(word, line); });
    EXPECT_TRUE(line.sign == ' ' || is_named)
        << "differs in another step, in " << d.deployment << ": " << line.sign << " " << line.step;
  }
  for (const std::string& word : named) {
    const bool is_needed = std::any_of(d.lines.begin(), d.lines.end(),
                                       [&](const changed_line& line) { return is_in(word, line); });
    EXPECT_TRUE(is_needed) << "does not differ in " << word;
  }
}

// `buggy` is what was there before anybody mended it, and differs in all that the fix is about. Who makes something else
// of what comes in between differs in no step of the first execution, and names none.
TEST_P(Protocol, WrongFixesDifferInTheStepsThatTheyName) {
  const kit::spec& p = spec_named(GetParam());
  for (const kit::spec::variant& v : p.variants) {
    if (v.name == "buggy" || !is_wrong(p, v)) continue;
    SCOPED_TRACE(v.name);
    const told_difference d = difference_of(p, v);
    EXPECT_EQ(v.differs.empty(), d.lines.empty())
        << "names no step in which it differs from " << v.of;
    expect_differs_in(words_of(v.differs), d);
  }
}

}  // namespace
}  // namespace norn::specs_test
