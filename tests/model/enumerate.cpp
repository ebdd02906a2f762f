#include "enumerate.hpp"

#include <gtest/gtest.h>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"

namespace norn::reference {

using namespace engine;

enumeration enumerate(const std::function<void(std::string& outcome)>& body) {
  std::string outcome;
  const observed_program program{[&] {
                                   outcome.clear();
                                   body(outcome);
                                 },
                                 [&] { return outcome; }};
  constexpr std::size_t execution_limit = 200'000;
  runner r(runner::settings{});
  exhaustive reduced;
  naive reference(/*skip_seen_prefixes=*/true);
  const search_space found = search(program, reduced, r, execution_limit);
  const search_space expected = search(program, reference, r, execution_limit);
  EXPECT_EQ(difference(found, expected), "");
  EXPECT_TRUE(found.complete && expected.complete) << "more executions than the test allows";

  enumeration result;
  result.executions = found.executions;
  result.outcomes = found.final_states;
  result.violated = found.violated;
  if (found.violated.empty()) return result;

  explore_options options;
  options.properties.assign(found.violated.begin(), found.violated.end());
  const search_result searched = explore(program.body, options);
  EXPECT_FALSE(searched.misuse) << searched.misuse.value_or("");
  for (const property_verdict& p : searched.properties) result.messages[p.property] = p.message;
  return result;
}

}  // namespace norn::reference
