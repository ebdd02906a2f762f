// Peak memory as executions grow. A process has one peak, so each line of the table in docs/performance.md is a
// run of its own: NORN_BENCH_LASTZERO=15 norn_bench --benchmark_filter=peak_memory
#include <benchmark/benchmark.h>

#include <sys/resource.h>

#include <cstdlib>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/tests/scheduler/classic_programs.hpp>

namespace norn {
namespace {

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void peak_memory(benchmark::State& state) {
  constexpr int small = 5;
  const char* const wanted = std::getenv("NORN_BENCH_LASTZERO");
  const int n = wanted == nullptr ? small : std::atoi(wanted);
  explore_options options;
  options.name = "bench";
  options.properties = {"undecided to the end"};
  search_result r;
  const double before = peak_mib();
  for (auto _ : state) r = explore(classic::lastzero(n), options);
  state.counters["executions"] = static_cast<double>(r.stats.executions);
  state.counters["MiB before"] = before;
  state.counters["MiB peak"] = peak_mib();
}
BENCHMARK(peak_memory)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace norn
