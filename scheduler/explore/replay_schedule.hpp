// Replay of a schedule: one execution of a program is run again, and compared with what was recorded of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <norn/scheduler/explore/explore_options.hpp>
#include <norn/scheduler/explore/fingerprint.hpp>
#include <norn/scheduler/trace/schedule.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

// The outcome of running one schedule again.
struct replay_result {
  // The violation that the schedule leads to; its trace is complete either way.
  norn::counterexample trace;
  bool violated = false;
  // The schedule does not fit the program: step, expected, came.
  std::optional<std::string> refused;
  // The schedule fits as far as it went, and leads to misuse of the model.
  std::optional<std::string> misuse;

  // `holds` says no more than that this one execution violates nothing. Requires: not refused.
  conclusion verdict() const {
    if (misuse) return conclusion::misuse;
    return violated ? conclusion::violated : conclusion::holds;
  }
};

// Requires: `wanted` numbers threads in order of creation, as a token does. `recorded`: of what
// happened along it when it was found. `break_at`: raises SIGTRAP before that step (1-based); 0: never.
replay_result replay(const program& body, const explore_options& options,
                     const engine::schedule& wanted, const engine::fingerprint& recorded,
                     std::string_view property, std::size_t break_at = 0);

}  // namespace norn
