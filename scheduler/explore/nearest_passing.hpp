// Nearest passing schedule: of the executions that break nothing, one that differs from a counterexample
// by the fewest reorderings, and the pair of steps whose order decides. Tried are the executions in which
// one thread runs up to a step of its own before another thread's earlier step that conflicts with it; the
// steps after that keep their order as far as they can.
#pragma once

#include <optional>

#include <norn/scheduler/explore/explore_options.hpp>

namespace norn::engine {

struct passing_search {
  // Empty where no single reordering helps, or where the budget of steps is spent before one is found.
  std::optional<nearest_passing> found;
  effort spent;  // its seconds are not taken
};

// Requires: `failing` is a narrated execution of the program that ends with the violation.
passing_search find_nearest_passing(const program& body, const explore_options& options,
                                    const counterexample& failing);

}  // namespace norn::engine
