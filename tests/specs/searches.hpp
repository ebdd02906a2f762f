// Searches: the registered ones, run as `norn check` runs them, and what their counterexamples tell.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <norn/scheduler/trace/verdict.hpp>
#include <norn/specs/kit/check.hpp>
#include <norn/specs/kit/spec.hpp>

namespace norn::specs_test {

// Of one protocol; the large ones are those in a deployment `10thread`.
std::vector<kit::declared_search> searches_of(std::string_view protocol);
std::vector<kit::declared_search> large_searches_of(std::string_view protocol);

// `protocol/variant@deployment`. Throws when there is none.
const kit::declared_search& search_named(std::string_view name);

// Throws when there is none.
const kit::spec& spec_named(std::string_view protocol);
kit::deployment deployment_of(const kit::spec& p, const std::string& name);

search_result result_of(const kit::declared_search& s);

// What a property of a search came to. Requires: the search declares the property.
const property_verdict& verdict_of(const search_result& result, std::string_view property);

// The damage that a variant does, and how it comes about.
struct damage {
  std::string search;
  std::string property;
  std::string message;
  // How many threads hold the variant's lock at once in the counterexample, at most. One: the lock
  // works, and does not help. Two: it does not work.
  std::size_t holders = 0;
};
// For the names of tests.
std::ostream& operator<<(std::ostream& out, const damage& d);

void expect_damage(const damage& d);

}  // namespace norn::specs_test
