// What a bound on preemptions saves, or costs: whole searches by the bounded strategy alone, with 0 to 3
// preemptions, and by the exhaustive one. Up to 200,000 steps each; `complete` is 0 beyond that.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/bounded.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/tests/scheduler/classic_programs.hpp>

namespace norn {
namespace {

constexpr std::uint64_t most_steps = 200'000;
constexpr std::int64_t unbounded = -1;

std::unique_ptr<strategy> make(std::int64_t preemptions) {
  if (preemptions == unbounded) return std::make_unique<exhaustive>();
  return std::make_unique<bounded>(static_cast<std::uint32_t>(preemptions));
}

void preemptions(benchmark::State& state, const program& body) {
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  bool complete = false;
  for (auto _ : state) {
    executions = steps = 0;
    const auto search = make(state.range(0));
    runner r(runner::settings{});
    while (!(complete = !search->begin_execution()) && steps < most_steps) {
      const execution& done = r.run(body, *search);
      steps += done.size();
      executions += search->end_execution(done) == lesson::execution ? 1 : 0;
    }
  }
  state.counters["executions"] = static_cast<double>(executions);
  state.counters["steps"] = static_cast<double>(steps);
  state.counters["complete"] = complete ? 1 : 0;
}

void bounds(benchmark::internal::Benchmark* b) {
  b->DenseRange(unbounded, 3)->Iterations(1)->Unit(benchmark::kMillisecond);
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
