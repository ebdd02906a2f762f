#include "explored.hpp"

#include <gtest/gtest.h>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"

namespace norn {

using namespace engine;

space explored(const std::function<void(std::string& outcome)>& body) {
  std::string outcome;
  const reference::observed_program observed{[&] {
                                               outcome.clear();
                                               body(outcome);
                                             },
                                             [&] { return outcome; }};
  constexpr std::size_t execution_limit = 100'000;
  runner r(runner::settings{});
  exhaustive reduced;
  reference::naive naive(/*skip_seen_prefixes=*/true);
  const auto found = reference::search(observed, reduced, r, execution_limit);
  const auto expected = reference::search(observed, naive, r, execution_limit);
  EXPECT_TRUE(found.complete && expected.complete);
  EXPECT_EQ(reference::difference(found, expected), "");

  // The loop of the command on top of the same strategy: nothing blocked, the same count.
  explore_options options;
  options.properties = {"undecided to the end"};
  const search_result searched = explore(observed.body, options);
  EXPECT_FALSE(searched.misuse) << searched.misuse.value_or("");
  EXPECT_EQ(searched.stats.blocked, 0u);
  EXPECT_EQ(searched.stats.executions, found.executions);
  return {found.executions, found.final_states, found.violated};
}

names violated_in(const std::function<void()>& body) {
  return explored([&](std::string&) { body(); }).violated;
}

std::string misuse_of(const std::function<void()>& body) {
  explore_options options;
  options.name = "explored";
  options.properties = {"undecided to the end"};
  return explore(body, options).misuse.value_or("none");
}

}  // namespace norn
