// How fast whole searches run on classic programs: executions and steps a second, from start to the
// complete end of the space.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <stdexcept>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/tests/scheduler/classic_programs.hpp>

namespace norn {
namespace {

void search(benchmark::State& state, const program& body, std::uint64_t most_executions = 0) {
  explore_options options;
  options.name = "bench";
  options.properties = {"undecided to the end"};
  options.limits.executions = most_executions;
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  for (auto _ : state) {
    const search_result r = explore(body, options);
    if (r.misuse) throw std::runtime_error(*r.misuse);
    executions += r.stats.executions;
    steps += r.stats.steps;
  }
  const auto rate = [](std::uint64_t n) {
    return benchmark::Counter(static_cast<double>(n), benchmark::Counter::kIsRate);
  };
  state.counters["executions/s"] = rate(executions);
  state.counters["steps/s"] = rate(steps);
  state.counters["executions"] =
      static_cast<double>(executions) / static_cast<double>(state.iterations());
}

BENCHMARK_CAPTURE(search, readers_16, classic::readers(16))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, fetch_add_8, classic::fetch_add(8))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, locked_increments_5, classic::locked_increments(5))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, lastzero_15, classic::lastzero(15))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, indexer_13, classic::indexer(13))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, filesystem_19, classic::filesystem(19))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, dining_philosophers_6, classic::dining_philosophers(6))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, fib_bench_5, classic::fib_bench(5))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, three_threads_of_five, classic::reads_and_writes(3, 5))
    ->Unit(benchmark::kMillisecond);
// Of a large space, the first executions only.
BENCHMARK_CAPTURE(search, four_threads_of_ten, classic::reads_and_writes(4, 10), 10'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace norn
