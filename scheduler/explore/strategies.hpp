// Strategies: those that a search can be asked for, a row each. What is said of them from outside, what a search may
// do with them and what a verdict may claim of them is read from here. A strategy to add: its file, its name in
// strategy_kind, its row.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <norn/scheduler/explore/explore_options.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::engine {

class exhaustive;

struct made_strategy {
  std::unique_ptr<strategy> chooses;
  exhaustive* divides = nullptr;  // the strategy, where its work can move between workers
  exhaustive* exhausts =
      nullptr;  // the strategy, or the part of it that learns which kinds have extra accesses
};

struct strategy_row {
  strategy_kind kind;
  std::string_view name;
  bool samples = false;  // draws executions: comes to no end, and claims nothing of the others
  bool bounds_preemptions = false;  // by usual_preemptions where nothing else is said
  bool times = false;               // goes by when operations can happen: no bound on preemptions
  bool divides = false;             // what is left to do can be shared among workers, and saved
  made_strategy (*make)(const explore_options& options) = nullptr;
};

std::span<const strategy_row> all_strategies();
const strategy_row& strategy_row_of(strategy_kind kind);

std::string_view name_of(strategy_kind kind);

}  // namespace norn::engine
