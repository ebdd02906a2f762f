// Random programs over each model of synchronisation: the exhaustive search against the naive one.
// NORN_PROGRAMS=N sets how many programs each test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"
#include "worlds.hpp"

namespace norn::reference {

using namespace engine;
namespace {

template <class World>
void check_traces(std::size_t threads, std::size_t operations_each, std::uint64_t by_default) {
  const std::uint64_t programs = from_environment("NORN_PROGRAMS", by_default);
  const commutation_subject subject = norn::reference::subject<World>();
  random_source random(from_environment("NORN_SEED", 19));
  runner r(runner::settings{});
  std::size_t compared = 0;
  std::size_t executions = 0;
  for (std::uint64_t i = 0; i < programs; ++i) {
    operation_lists lists(threads);
    for (auto& list : lists) {
      list.resize(1 + random.below(operations_each));
      for (int& operation : list) operation = static_cast<int>(random.below(World::operations));
    }
    std::map<std::size_t, std::string> results;
    const observed_program program{[&] {
                                     results.clear();
                                     subject.run(lists, [&](std::size_t thread, std::string text) {
                                       results[thread] += text + " ";
                                     });
                                   },
                                   [&] {
                                     std::string state;
                                     for (const auto& [thread, text] : results)
                                       state += std::to_string(thread) + ":" + text;
                                     return state;
                                   }};
    constexpr std::size_t execution_limit = 3'000;
    exhaustive reduced;
    const search_space found = search(program, reduced, r, execution_limit);
    if (!found.complete && found.misuse.empty()) continue;
    naive reference(/*skip_seen_prefixes=*/true);
    const search_space expected = search(program, reference, r, 20 * execution_limit);
    if (!expected.complete && expected.misuse.empty()) continue;
    ++compared;
    executions += found.executions;
    std::string text;
    for (const auto& list : lists) {
      for (const int operation : list) text += std::to_string(operation) + " ";
      text += "| ";
    }
    ASSERT_EQ(difference(found, expected), "") << "program " << text;
  }
  testing::Test::RecordProperty("compared", static_cast<int>(compared));
  testing::Test::RecordProperty("executions", static_cast<int>(executions));
  EXPECT_GT(2 * compared, programs);
}

TEST(Traces, ExclusiveMutexes) { check_traces<exclusive_world>(3, 3, 150); }
TEST(Traces, SharedMutex) { check_traces<shared_world>(3, 2, 150); }
TEST(Traces, ConditionVariables) { check_traces<condition_world>(2, 2, 150); }
TEST(Traces, SemaphoreLatchBarrierCallOnce) { check_traces<counting_world>(3, 2, 150); }
TEST(Traces, Atomics) { check_traces<atomic_world>(3, 3, 150); }
TEST(Traces, Clock) { check_traces<clock_world>(3, 1, 60); }

}  // namespace
}  // namespace norn::reference
