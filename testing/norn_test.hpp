// NORN_TEST: a GoogleTest test whose body is run in every interleaving that can make a difference.
//
//   NORN_TEST(Bank, KeepsTheTotal) {
//     norn::shared<int> total{100};
//     norn::run_concurrently("teller", 2, [&](int) { ... EXPECT_EQ(total.load(), 100); });
//   }
//
// GoogleTest's EXPECT_* and ASSERT_* work inside the body: the first that fails ends the execution, is
// the violation of the property `assertions`, and becomes the counterexample of the test's one
// failure. What succeeds, and GTEST_SKIP, mean what they always do. Assertions are counted, and
// HasFailure() asked, outside the body only.
//
// The test passes if the search is complete, or ends by the limit on executions that its options
// declare. It is skipped, as undecided, if a budget ended the search first, of time or from outside;
// it fails if an execution is cut off at `depth`. Its verdict, executions, bounds and replay token are
// recorded as properties of the XML output.
//
// From outside, with gtest_main too: --norn_replay=TOKEN runs one schedule of the test that the token
// names, and --norn_strategy, --norn_preemptions, --norn_executions, --norn_time, --norn_depth and
// --norn_seed are those of `norn check`. Each has a twin in the environment (NORN_SEED); a flag beats
// it, and it beats the options in the code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include <norn/scheduler/explore/explorer.hpp>

namespace norn {

// How a test is searched. A limit on executions or preemptions is part of what the test claims.
struct options {
  strategy_kind strategy = strategy_kind::exhaustive;
  // Most of one execution; means strategy bounded.
  std::optional<std::uint32_t> preemptions = std::nullopt;
  std::uint64_t executions = 0;  // 0: no limit
  double time_seconds = 0;
  std::uint32_t depth = bounds{}.depth;  // most steps of one execution
  std::uint64_t seed = 1;
  // Threads of the operating system that share an exhaustive search. With more than one the body is run
  // several times at once: it must not change what lies outside of it.
  std::size_t jobs = 1;
  std::size_t stack_bytes = std::size_t{256} * 1024;  // of each thread of the model
};

namespace testing_detail {

struct checked_test {
  const char* suite;
  const char* name;
  const char* violates;  // the property that the body must break; null: it must hold
  const char* file;
  int line;
  void (*body)();
  norn::options given;
};

// Explores the body, or replays a schedule of it, and reports to GoogleTest.
void run(const checked_test& test);

// The macros always hand over a last `options{}`, so that there is one where the user gives none.
inline options first_of(options given, options = {}) { return given; }

}  // namespace testing_detail

}  // namespace norn

// NORN_TEST(Suite, Name) { ... }
// NORN_TEST(Suite, Name, norn::options{.executions = 1'000}) { ... }
#define NORN_TEST(suite, ...)                                         \
  NORN_DETAIL_TEST(suite, NORN_DETAIL_FIRST(__VA_ARGS__, ~), nullptr, \
                   NORN_DETAIL_REST(__VA_ARGS__, ::norn::options{}))

// Passes exactly if the body violates the property: a test of a test, or of a variant known to be
// broken. It fails, saying so, if nothing or something else is violated.
//
// NORN_EXPECT_VIOLATION(Suite, Name, "no_deadlock") { ... }
#define NORN_EXPECT_VIOLATION(suite, name, ...)                    \
  NORN_DETAIL_TEST(suite, name, NORN_DETAIL_FIRST(__VA_ARGS__, ~), \
                   NORN_DETAIL_REST(__VA_ARGS__, ::norn::options{}))

#define NORN_DETAIL_FIRST(first, ...) first
#define NORN_DETAIL_REST(first, ...) __VA_ARGS__
// One level more, so that the arguments are expanded before they are pasted.
#define NORN_DETAIL_TEST(suite, name, violates, ...) \
  NORN_DETAIL_DEFINE(suite, name, violates, __VA_ARGS__)
#define NORN_DETAIL_DEFINE(suite, name, violates, ...)                            \
  static void norn_body_of_##suite##_##name();                                    \
  TEST(suite, name) {                                                             \
    ::norn::testing_detail::run({#suite, #name, violates, __FILE__, __LINE__,     \
                                 &norn_body_of_##suite##_##name,                  \
                                 ::norn::testing_detail::first_of(__VA_ARGS__)}); \
  }                                                                               \
  static void norn_body_of_##suite##_##name()
