#include "searches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include <norn/scheduler/explore/explorer.hpp>

namespace norn::specs_test {

namespace {

constexpr std::string_view large_deployment = "10thread";

std::vector<kit::declared_search> searches_that_are(bool large, std::string_view protocol) {
  std::vector<kit::declared_search> found;
  for (const kit::declared_search& s : kit::registered_searches()) {
    if (s.protocol == protocol && (s.deployment == large_deployment) == large) found.push_back(s);
  }
  return found;
}

// The second step of a lock that was waited for.
bool takes_lock(const trace_step& step) {
  const bool waited_for = step.operation == "flock" || step.operation == "fcntl";
  return (waited_for && step.arguments.empty() && step.result == "0") ||
         (step.operation == "lock" && step.object == "process_lock");
}

bool gives_lock_up(const trace_step& step) {
  return step.arguments.find("LOCK_UN") != std::string::npos ||
         step.arguments.find("F_UNLCK") != std::string::npos ||
         (step.operation == "unlock" && step.object == "process_lock");
}

std::size_t most_holders(const std::vector<trace_step>& steps) {
  std::set<std::string> holders;
  std::size_t most = 0;
  for (const trace_step& step : steps) {
    if (takes_lock(step)) holders.insert(step.thread);
    if (gives_lock_up(step)) holders.erase(step.thread);
    most = std::max(most, holders.size());
  }
  return most;
}

}  // namespace

std::vector<kit::declared_search> searches_of(std::string_view protocol) {
  return searches_that_are(false, protocol);
}

std::vector<kit::declared_search> large_searches_of(std::string_view protocol) {
  return searches_that_are(true, protocol);
}

const kit::declared_search& search_named(std::string_view name) {
  for (const kit::declared_search& s : kit::registered_searches()) {
    if (s.name() == name) return s;
  }
  throw std::logic_error("no search " + std::string(name));
}

const kit::spec& spec_named(std::string_view protocol) {
  for (const auto& each : kit::registered_specs()) {
    if (each->name == protocol) return *each;
  }
  throw std::logic_error("no protocol " + std::string(protocol));
}

kit::deployment deployment_of(const kit::spec& p, const std::string& name) {
  std::vector<std::string> own;
  for (const kit::spec::modifier& m : p.modifiers) own.push_back(m.name);
  return kit::parse_deployment(name, own);
}

search_result result_of(const kit::declared_search& s) {
  explore_options options;
  options.name = s.name();
  for (const kit::expectation& each : s.expects) options.properties.push_back(each.property);
  options.limits = s.limits;
  options.strategy = s.strategy;
  options.executions_are_a_declared_bound = s.limits.executions != 0;
  return explore(s.body, options);
}

const property_verdict& verdict_of(const search_result& result, std::string_view property) {
  return *std::find_if(result.properties.begin(), result.properties.end(),
                       [&](const property_verdict& v) { return v.property == property; });
}

std::ostream& operator<<(std::ostream& out, const damage& d) {
  return out << d.search << ":" << d.property;
}

void expect_damage(const damage& d) {
  const search_result result = result_of(search_named(d.search));
  const property_verdict& verdict = verdict_of(result, d.property);
  EXPECT_EQ(verdict.message, d.message) << d;
  ASSERT_TRUE(verdict.counterexample) << d;
  EXPECT_EQ(most_holders(verdict.counterexample->steps), d.holders) << d;
}

}  // namespace norn::specs_test
