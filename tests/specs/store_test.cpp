// The checks of the store: every verdict as declared, the executions that the protocol comes to, and
// the damage that each wrong variant does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/specs/kit/check.hpp>
#include <norn/specs/store/scenario.hpp>
#include <norn/specs/store/variants.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"

namespace norn::store {
namespace {

using files::model_system;
search_result result_of(const search& s) {
  explore_options options;
  options.name = s.name();
  for (const expectation& each : s.expects) options.properties.push_back(each.property);
  options.limits = s.limits;
  options.executions_are_a_declared_bound = s.limits.executions != 0;
  return explore(s.body, options);
}

void expect_as_declared(const search& s, const search_result& result) {
  ASSERT_EQ(result.properties.size(), s.expects.size()) << s.name();
  for (std::size_t i = 0; i < s.expects.size(); ++i) {
    EXPECT_EQ(result.properties[i].property, s.expects[i].property);
    EXPECT_EQ(name_of(result.properties[i].verdict), name_of(s.expects[i].verdict))
        << s.name() << ":" << s.expects[i].property << " " << result.properties[i].message;
  }
}

std::vector<search> searches(bool large) {
  std::vector<search> found;
  for (const search& s : registered_searches()) {
    if (s.protocol == "store" && (s.deployment == "10thread") == large) found.push_back(s);
  }
  return found;
}

const search& search_named(const std::string& name) {
  for (const search& s : registered_searches()) {
    if (s.name() == name) return s;
  }
  throw std::logic_error("no search " + name);
}

// What a deployment of a store can come to: the content that is left and what the writers were told.
// The exhaustive search and the naive one agree on it.
struct space {
  std::size_t executions = 0;
  std::set<std::string> contents;
};

template <class Store>
space space_of(const deployment& d) {
  constexpr std::size_t execution_limit = 200'000;
  space found;
  std::string content;
  const reference::observed_program observed{[&] {
                                               run<Store>(d);
                                               content = io::read_file(reviews_path).value();
                                             },
                                             [&] {
                                               found.contents.insert(content);
                                               return content;
                                             }};
  runner r(runner::settings{});
  exhaustive reduced;
  const reference::search_space actual = reference::search(observed, reduced, r, execution_limit);
  found.executions = actual.executions;
  reference::naive naive(true);
  const reference::search_space expected = reference::search(observed, naive, r, execution_limit);
  EXPECT_TRUE(expected.complete);
  EXPECT_EQ(reference::difference(actual, expected), "");
  return found;
}

TEST(Store, EveryVerdictIsAsDeclared) {
  ASSERT_EQ(searches(false).size(), 52u);
  for (const search& s : searches(false)) expect_as_declared(s, result_of(s));
}

TEST(LargeStore, TenThreads) {
  ASSERT_EQ(searches(true).size(), 2u);
  for (const search& s : searches(true)) expect_as_declared(s, result_of(s));
  EXPECT_EQ(result_of(search_named("store/fixed@10thread")).stats.executions, 20'000u);
}

TEST(Store, ExecutionsOfTheFix) {
  const std::map<std::string, std::uint64_t> expected = {
      {"1thread", 1},
      // Creates under one lock: the orders in which n threads take it, n!.
      {"2thread", 2},
      {"3thread", 6},
      {"2proc-2thread", 24},
      // Either thread makes the lock file, either takes the lock first.
      {"2thread-empty", 4},
      // The reader opens before or after the rename; before it, the version that it reads was committed
      // then, whichever side of the rename it reads on, which are two.
      {"1thread-reader", 3},
      // Two orders of the lock; with two renames, the pair (open, read) has 3 + 2 + 1 places.
      {"2thread-reader", 12},
  };
  for (const auto& [deployed, executions] : expected) {
    const search_result result = result_of(search_named("store/fixed@" + deployed));
    EXPECT_EQ(result.stats.executions, executions) << deployed;
    EXPECT_EQ(result.stats.blocked, 0u) << deployed;
    EXPECT_TRUE(result.complete) << deployed;
  }
}

// The reader reads before the truncation, between it and the write, or after.
TEST(Store, TornReadOfOneWriter) {
  EXPECT_EQ(space_of<buggy<model_system>>({.readers = 1}).executions, 3u);
  const search_result result = result_of(search_named("store/buggy@1thread-reader"));
  ASSERT_EQ(result.properties[2].property, "reads_parse");
  EXPECT_EQ(result.properties[2].message, "read what no one had committed: \"\"");
}

TEST(Store, WhatTwoWritersCanLeave) {
  const std::string one = R"([{"id":"REV-001"}])";
  const std::string two = R"([{"id":"REV-001"},{"id":"REV-002"}])";
  // A lost ticket, or none lost. A writer that reads the other's empty file creates nothing.
  EXPECT_THAT(space_of<buggy<model_system>>({.writers = 2}).contents,
              testing::UnorderedElementsAre(one, two));
  // Besides, with a fresh installation: the late default is written over a ticket. (Where its
  // truncation comes late too, the ticket is wiped without a trace; its writer was told REV-001.)
  const std::string spliced = R"([]"id":"REV-001"}])";
  EXPECT_THAT(space_of<buggy<model_system>>({.writers = 2, .empty_directory = true}).contents,
              testing::UnorderedElementsAre(one, two, spliced));
  EXPECT_THAT(space_of<fixed<model_system>>({.writers = 2}).contents,
              testing::UnorderedElementsAre(two));
}

TEST(Store, LostTicketIsTold) {
  const search_result result = result_of(search_named("store/buggy@2thread"));
  ASSERT_EQ(result.properties[0].property, "final_count");
  EXPECT_EQ(result.properties[0].message, "1 tickets in the file, 2 creates succeeded");
  ASSERT_EQ(result.properties[1].property, "ids_unique");
  EXPECT_EQ(result.properties[1].message, "ids given: REV-001, REV-001");
}

}  // namespace
}  // namespace norn::store
