// What the reduction saves: whole searches by the exhaustive strategy and by the plain one of the tests, which runs
// every interleaving (`plain` 1) or cuts prefixes whose trace it has seen (`plain` 2). A process has one peak of
// memory: for that column each row is a run of its own, with --benchmark_filter.
#include <benchmark/benchmark.h>

#include <sys/resource.h>

#include <cstdint>
#include <memory>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/tests/reference/naive.hpp>
#include <norn/tests/scheduler/classic_programs.hpp>

namespace norn {

using namespace engine;
namespace {

std::unique_ptr<strategy> make(std::int64_t plain) {
  if (plain == 0) return std::make_unique<exhaustive>();
  return std::make_unique<reference::naive>(plain == 2);
}

void against_plain(benchmark::State& state, const program& body) {
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  for (auto _ : state) {
    executions = steps = 0;
    const auto search = make(state.range(0));
    runner r(runner::settings{});
    while (search->begin_execution()) {
      const execution& done = r.run(body, *search);
      steps += done.size();
      ++executions;
      search->end_execution(done);
    }
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["executions"] = static_cast<double>(executions);
  state.counters["steps"] = static_cast<double>(steps);
  state.counters["MiB peak"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

void each(benchmark::internal::Benchmark* b) {
  b->ArgName("plain")->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(against_plain, readers_4, classic::readers(4))->Apply(each);
BENCHMARK_CAPTURE(against_plain, fetch_add_4, classic::fetch_add(4))->Apply(each);
BENCHMARK_CAPTURE(against_plain, locked_increments_3, classic::locked_increments(3))->Apply(each);
BENCHMARK_CAPTURE(against_plain, lastzero_3, classic::lastzero(3))->Apply(each);
BENCHMARK_CAPTURE(against_plain, fib_bench_3, classic::fib_bench(3))->Apply(each);
BENCHMARK_CAPTURE(against_plain, reads_and_writes_2_6, classic::reads_and_writes(2, 6))
    ->Apply(each);

}  // namespace
}  // namespace norn
