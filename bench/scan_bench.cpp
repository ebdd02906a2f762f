// Whole searches of statements that scan a table: what an execution costs as tables grow.
#include <benchmark/benchmark.h>

#include <cstdint>

#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

namespace norn {

using namespace engine;
namespace {

enum class scan : std::int8_t { row_by_row, as_one_interval };

// UPDATE … WHERE without an index: reads all rows and writes one.
void update_one(const object& table, std::uint64_t rows, std::uint64_t row, scan how) {
  static constexpr operation_kind kind{.name = "update", .reach = reach::exact};
  point p{kind, table, source_location{}};
  if (how == scan::as_one_interval) p.read(table, {0, rows - 1});
  if (how == scan::row_by_row) {
    for (std::uint64_t r = 0; r < rows; ++r) p.read(table, region::key(r));
  }
  p.write(table, region::key(row));
}

// Two threads, two statements each, all in conflict: 4! / (2! 2!) = 6 executions.
void scans(benchmark::State& state, scan how) {
  const auto rows = static_cast<std::uint64_t>(state.range(0));
  const auto body = [rows, how] {
    const object table("table");
    run_concurrently("session", 2, [&](int t) {
      for (std::uint64_t s = 0; s < 2; ++s) {
        update_one(table, rows, 2 * static_cast<std::uint64_t>(t) + s, how);
      }
    });
  };
  std::uint64_t executions = 0;
  for (auto _ : state) {
    runner r(runner::settings{});
    exhaustive search;
    while (search.begin_execution()) {
      const execution_kind kind = search.end_execution(r.run(body, search));
      executions += kind == execution_kind::execution ? 1 : 0;
    }
  }
  state.counters["time/execution"] = benchmark::Counter(
      static_cast<double>(executions), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["executions"] =
      static_cast<double>(executions) / static_cast<double>(state.iterations());
}
BENCHMARK_CAPTURE(scans, row_by_row, scan::row_by_row)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK_CAPTURE(scans, as_one_interval, scan::as_one_interval)->Arg(1000);

}  // namespace
}  // namespace norn
