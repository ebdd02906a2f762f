// What a bound on preemptions saves, or costs: whole searches by the exhaustive strategy (bound -1), by the
// bounded one with 0 to 3 preemptions, and by the two in turns. Up to 600,000 steps each; `complete` is 0
// beyond that, and `gave_way` 1 where the exhaustive one ended the turns.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <utility>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/bounded.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/scheduler/strategy/in_turns.hpp>
#include <norn/tests/scheduler/classic_programs.hpp>

namespace norn {

using namespace engine;
namespace {

constexpr std::uint64_t most_steps = 600'000;
constexpr std::int64_t unbounded = -1;

std::unique_ptr<strategy> make(std::int64_t preemptions, bool turns) {
  if (preemptions == unbounded) return std::make_unique<exhaustive>();
  auto within = std::make_unique<bounded>(static_cast<std::uint32_t>(preemptions));
  if (!turns) return within;
  return std::make_unique<in_turns>(std::move(within), std::make_unique<exhaustive>());
}

void preemptions(benchmark::State& state, const program& body) {
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  bool complete = false;
  bool gave_way = false;
  for (auto _ : state) {
    executions = steps = 0;
    const auto search = make(state.range(0), state.range(1) != 0);
    runner r(runner::settings{});
    while (!(complete = !search->begin_execution()) && steps < most_steps) {
      const execution& done = r.run(body, *search);
      steps += done.size();
      executions += search->end_execution(done) == execution_kind::execution ? 1 : 0;
    }
    gave_way = complete && search->coverage().gave_way;
  }
  state.counters["executions"] = static_cast<double>(executions);
  state.counters["steps"] = static_cast<double>(steps);
  state.counters["complete"] = complete ? 1 : 0;
  state.counters["gave_way"] = gave_way ? 1 : 0;
}

void bounds(benchmark::internal::Benchmark* b) {
  b->ArgNames({"bound", "turns"})->Args({unbounded, 0});
  b->ArgsProduct({{0, 1, 2, 3}, {0, 1}})->Iterations(1)->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(preemptions, readers_10, classic::readers(10))->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, lastzero_10, classic::lastzero(10))->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, fetch_add_6, classic::fetch_add(6))->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, locked_increments_5, classic::locked_increments(5))->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, indexer_13, classic::indexer(13))->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, filesystem_16, classic::filesystem(16))->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, fib_bench_5, classic::fib_bench(5))->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, three_threads_of_five, classic::reads_and_writes(3, 5))
    ->Apply(bounds);
BENCHMARK_CAPTURE(preemptions, four_threads_of_ten, classic::reads_and_writes(4, 10))
    ->Apply(bounds);

}  // namespace
}  // namespace norn
