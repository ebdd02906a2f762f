// Within a body: one search at a time on a thread of the operating system, whose fibers are the threads of the
// model.
#pragma once

#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

// Misuse, where the caller is part of an execution.
inline void refuse_within_a_body() {
  runner* const searching = runner::current();
  if (searching == nullptr) return;
  const std::string message =
      "a search or a replay is started inside the body of a check, and would run within its "
      "execution\n  make it a check of its own, or start it outside every body.";
  searching->report_misuse(message);
  searching->halt("no_search_within_a_body", message);
}

}  // namespace norn::engine
