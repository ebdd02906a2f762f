// What a divergence says: the step, counted from 1, the operation that was expected there, and what
// came instead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

std::string misuse_of(const program& body) {
  explore_options o;
  o.name = "n";
  o.properties = {"assertions"};
  return explore(body, o).misuse.value_or("none");
}

// Step 1 creates both threads; the third run is to go on with the addition of the second.
TEST(Divergence, NamesWhatWasExpected) {
  int runs = 0;
  EXPECT_THAT(misuse_of([&] {
                ++runs;
                atomic<int> x{0};
                run_concurrently("t", 2, [&](int) {
                  if (runs > 2) x.load();
                  x.fetch_add(1);
                });
              }),
              ::testing::StartsWith("step 2: expected fetch_add, came load"));
}

TEST(Divergence, CountsTheStepOfAChoiceFromOne) {
  int runs = 0;
  EXPECT_THAT(misuse_of([&] { choose(++runs <= 2 ? 3 : 2); }),
              ::testing::StartsWith("step 1: expected choose, came only 2 alternatives"));
}

}  // namespace
}  // namespace norn
