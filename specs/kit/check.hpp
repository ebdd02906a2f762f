// Check: one row of what is claimed, `protocol/variant@deployment:property`, and the verdict it must
// have. Checks that share protocol, variant and deployment are decided by one search.
//
//   namespace {
//   void two_threads() { ... norn::require("final_count", store.count() == 2); }
//   const norn::register_search fixed_2thread{{
//       .protocol = "store", .variant = "fixed", .deployment = "2thread",
//       .body = two_threads,
//       .expects = {{"final_count", norn::conclusion::holds}}}};
//   }
//
// A protocol with several variants and deployments is better written as a value: protocol.hpp.
#pragma once

#include <string>
#include <vector>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn::kit {

struct expectation {
  std::string property;
  conclusion verdict = conclusion::holds;
  std::vector<std::string> tags = {};  // of the property: `mission`
};

// The checks of one search.
struct declared_search {
  std::string protocol;
  std::string variant;
  std::string deployment;
  program body;
  std::vector<expectation> expects;  // at least one; the verdict that each check must have
  bounds limits = {};                // declared with the check: reaching them is part of the claim
  strategy_kind strategy = strategy_kind::exhaustive;  // unless another one is said
  std::vector<std::string> covers = {};  // rows of a catalogue, and wrong fixes: `P02`, `P02.m1`

  std::string name() const { return protocol + "/" + variant + "@" + deployment; }
};

// Every search that was registered, sorted by name. Throws bad_input where one was registered wrongly:
// twice, without a body or a property, or with two verdicts of one property.
const std::vector<declared_search>& registered_searches();

// Registers before `main`, from a static object of a user's or a spec's source. What is wrong with it
// is told by `registered_searches`.
struct register_search {
  explicit register_search(declared_search s);
};

// For what registers several at once: tells `registered_searches` what is wrong with it.
void register_defect(const std::string& what);

}  // namespace norn::kit

namespace norn {

using kit::register_search;

}  // namespace norn
