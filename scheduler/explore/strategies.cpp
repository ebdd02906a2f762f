#include <norn/scheduler/explore/strategies.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/bounded.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/scheduler/strategy/in_turns.hpp>
#include <norn/scheduler/strategy/random_walk.hpp>
#include <norn/scheduler/strategy/timed.hpp>

namespace norn::engine {

namespace {

made_strategy make_exhaustive(const explore_options&) {
  auto search = std::make_unique<exhaustive>();
  exhaustive* const search_itself = search.get();
  return {std::move(search), search_itself, search_itself};
}

// In turns with the exhaustive search, which may be complete first. The work of two searches does not move.
made_strategy make_bounded(const explore_options& options) {
  const std::uint32_t preemptions = options.limits.preemptions.value_or(usual_preemptions);
  auto unbounded = std::make_unique<exhaustive>();
  exhaustive* const exhausts = unbounded.get();
  return {std::make_unique<in_turns>(std::make_unique<bounded>(preemptions), std::move(unbounded)),
          nullptr, exhausts};
}

made_strategy make_random(const explore_options& options) {
  return {std::make_unique<random_walk>(options.seed), nullptr, nullptr};
}

made_strategy make_timed(const explore_options&) {
  return {std::make_unique<timed>(), nullptr, nullptr};
}

constexpr std::array rows{
    strategy_row{.kind = strategy_kind::exhaustive,
                 .name = "exhaustive",
                 .divides = true,
                 .make = make_exhaustive},
    strategy_row{.kind = strategy_kind::bounded,
                 .name = "bounded",
                 .bounds_preemptions = true,
                 .make = make_bounded},
    strategy_row{
        .kind = strategy_kind::random, .name = "random", .samples = true, .make = make_random},
    strategy_row{.kind = strategy_kind::timed, .name = "timed", .times = true, .make = make_timed},
};

}  // namespace

std::span<const strategy_row> all_strategies() { return rows; }

const strategy_row& strategy_row_of(strategy_kind kind) {
  const auto* const row =
      std::find_if(rows.begin(), rows.end(), [&](const strategy_row& r) { return r.kind == kind; });
  NORN_INVARIANT(row != rows.end());
  return *row;
}

std::string_view name_of(strategy_kind kind) { return strategy_row_of(kind).name; }

}  // namespace norn::engine
