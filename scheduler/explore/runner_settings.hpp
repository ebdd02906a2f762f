// Runner settings: what the options of a search ask of the runner.
#pragma once

#include <norn/scheduler/explore/explore_options.hpp>
#include <norn/scheduler/explore/strategies.hpp>
#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

inline runner::settings runner_settings(const explore_options& options) {
  runner::settings s;
  s.stack_bytes = options.stack_bytes;
  s.depth = options.limits.depth;
  s.timed = strategy_row_of(options.strategy).times;
  return s;
}

}  // namespace norn::engine
