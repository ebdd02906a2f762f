// Nondeterminism: what is told of a program that did not do the same under the same schedule.
#pragma once

#include <string>

#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::engine {

inline constexpr const char* causes_of_nondeterminism =
    "\n  the program did not do the same under the same schedule. Likely causes: time or random "
    "numbers read outside the model, addresses compared or hashed, state kept from one execution "
    "to the next or shared by executions that run at once (a static or global variable), input "
    "read from "
    "outside.\n  make the body depend on nothing but the model; use norn::choose for data that is "
    "open.";

inline std::string describe(const divergence& d) {
  return "step " + std::to_string(d.step + 1) + ": expected " + d.expected + ", came " + d.came;
}

inline std::string describe_as_misuse(const divergence& d) {
  const std::string which = "step " + std::to_string(d.step + 1) + ", " + d.expected + ",";
  switch (d.by) {
    case divergence::cause::other_operation:
      return describe(d) + causes_of_nondeterminism;
    case divergence::cause::equals_differ:
      break;
    case divergence::cause::undeclared_footprint:
      return which +
             " touched other objects than after an event that it was put before, and its kind does "
             "not say "
             "that it may: the search would miss executions.\n  let the operation announce its "
             "reach, or the model's operation_kind say `.reach = reach::unknown`, or touch the "
             "same objects whatever it meets (docs/writing-a-model.md)";
    case divergence::cause::unequal_alternatives:
      return which +
             " made other accesses than with another of its alternatives: the search would miss "
             "executions.\n  let the model make the same accesses whatever point::choose returns "
             "(docs/writing-a-model.md)";
  }
  return "the threads of a symmetric group are told apart: step " + std::to_string(d.step + 1) +
         " is " + d.expected + " and, with the threads in each other's places, " + d.came +
         "\n  let nothing but names depend on which of them it is, or leave `symmetric` out.";
}

}  // namespace norn::engine
