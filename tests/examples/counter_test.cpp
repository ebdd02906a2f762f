// The snippets of README.md. A region between `// [name]` and `// [end]` is shown there.
//
// The first test is one that fails. Here it passes exactly because it fails; built with
// NORN_EXAMPLES_FAIL it is the program whose output the README shows.

// [counter]
#include <norn/norn.hpp>
#include <norn/testing/norn_test.hpp>
// [end]

#ifndef NORN_EXAMPLES_FAIL
#undef NORN_TEST
#define NORN_TEST(suite, name) NORN_EXPECT_VIOLATION(suite, name, "assertions")
#endif

// [counter]
NORN_TEST(Counter, CountsEveryVisit) {
  norn::atomic<int> visits{0, "visits"};
  norn::run_concurrently("visitor", 2, [&](int) {
    visits.store(visits.load() + 1);  // two steps: another visitor can come between them
  });
  EXPECT_EQ(visits.load(), 2);
}
// [end]
