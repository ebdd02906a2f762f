// Shrink: from a schedule that breaks a property to a least one that breaks the same property, by trying
// changes and keeping those that make it less (Zeller & Hildebrandt, "Simplifying and isolating
// failure-inducing input", IEEE TSE 2002). Less is: fewer preemptions; with as many, fewer steps; with as
// many, fewer threads that take a step; with as many, fewer choices other than the default.
//
// The result is locally minimal: no change that is tried makes it less, the removal of any single step
// among them. It is a function of the schedule alone: what is spent is counted in steps and executions, not
// in time.
//
// Most changes lead to an execution that has been run for another one. It was judged then, and what it was held
// against has only become less: it is not run again (known_executions.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <norn/scheduler/explore/explore_options.hpp>

namespace norn::engine {

// A second or two, for a body that does little between its steps.
struct shrink_limits {
  std::uint64_t steps = 3'000'000;  // that are run
  std::uint64_t executions = 50'000;
  // Steps of executions that are known; to follow one costs less than a tenth of running it. With as many as are
  // run, at least, a shrinker that knows nothing comes no further within these limits.
  std::uint64_t known_steps = 30'000'000;
  // What is known takes no more memory. What does not fit is run again.
  std::size_t bytes = std::size_t{32} << 20;
};

struct shrunk_schedule {
  engine::schedule schedule;
  effort spent;  // its seconds are not taken
  // Where the program did not do the same after the same steps, what it did not.
  std::optional<std::string> nondeterminism;
};

// Requires: `found` numbers threads in order of creation and ends with the step that breaks the property.
// Comes to `found` itself where the violation does not come back, and to what has been reached where a limit is.
shrunk_schedule shrink(const program& body, const explore_options& options, const schedule& found,
                       std::string_view property, const shrink_limits& limits = {});

}  // namespace norn::engine
