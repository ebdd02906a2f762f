// Changes of ghosts that nobody can see: those that are taken back within their step, in every execution.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <norn/norn.hpp>

#include "explored.hpp"

namespace norn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(UnseenChanges, TakenBackWithinTheirStep) {
  EXPECT_THAT(misuse_of([] {
                ghost<int> inside{0, "inside"};
                binary_semaphore permits{1, "permits"};
                run_concurrently("t", 2, [&](int) {
                  permits.acquire();
                  ++inside;
                  require("alone", inside == 1);
                  --inside;
                  permits.release();
                });
              }),
              HasSubstr("ghosts are changed and changed back within one step, in every execution: "
                        "inside\n"));
}

TEST(UnseenChanges, OfOneOfTwoGhosts) {
  EXPECT_THAT(misuse_of([] {
                ghost<std::vector<int>> log{{}, "log"};
                ghost<int> taken_back{0, "taken back"};
                atomic<int> x{0, "x"};
                run_concurrently("t", 2, [&](int i) {
                  x.load();
                  log.change([&](auto& all) { all.push_back(i); });
                  ++taken_back;
                  --taken_back;
                });
              }),
              HasSubstr("in every execution: taken back\n"));
}

TEST(UnseenChanges, AreNoneWithAStepBetween) {
  for (const bool marked : {false, true}) {
    const names found = violated_in([=] {
      ghost<int> inside{0, "inside"};
      atomic<int> x{0, "x"};
      run_concurrently("t", 2, [&](int) {
        x.load();
        ++inside;
        require("alone", inside == 1);
        marked ? mark("between") : static_cast<void>(x.load());
        --inside;
      });
    });
    EXPECT_THAT(found, ElementsAre("alone"));
  }
}

TEST(UnseenChanges, InSomeExecutionsOnly) {
  // Whoever comes second leaves a trace.
  EXPECT_EQ(misuse_of([] {
              ghost<int> g{0, "g"};
              atomic<int> x{0, "x"};
              run_concurrently("t", 2, [&](int) {
                const int before = x.fetch_add(1);
                ++g;
                if (before == 0) --g;
              });
            }),
            "none");
}

TEST(UnseenChanges, OfTheMainThreadAloneDoNotCount) {
  EXPECT_EQ(misuse_of([] {
              ghost<int> g{0, "g"};
              atomic<int> x{0, "x"};
              x.load();
              ++g;
              --g;
            }),
            "none");
}

TEST(UnseenChanges, OfAGhostThatLivesAsLongAsTheExecution) {
  const auto ends_with = [](int last) {
    return misuse_of([=] {
      atomic<int> x{0, "x"};
      run_concurrently(
          [&] {
            process_local<ghost<int>> g{"g"};
            x.store(1);
            ++*g;
            --*g;
            x.store(2);
            *g = last;
          },
          [&] { x.load(); });
    });
  };
  EXPECT_EQ(ends_with(4), "none");
  EXPECT_THAT(ends_with(0), HasSubstr("changed back within one step"));
}

TEST(UnseenChanges, OfEqualThreadsAreJudgedTogether) {
  // Whichever of the equals comes first shows its own ghost, and only one of them is run as the first.
  EXPECT_EQ(misuse_of([] {
              atomic<int> c{0, "c"};
              atomic<int> f{0, "f"};
              std::vector<std::unique_ptr<ghost<int>>> own;
              for (int i = 0; i < 3; ++i) own.push_back(std::make_unique<ghost<int>>(0, "own"));
              run_concurrently(
                  [&] {
                    run_concurrently("equal", 3,
                                     [&](int i) {
                                       ghost<int>& mine = *own[static_cast<std::size_t>(i)];
                                       const bool first = c.fetch_add(1) == 0 && f.load() == 1;
                                       ++mine;
                                       if (first) mark("in");
                                       --mine;
                                     },
                                     {.symmetric = true});
                  },
                  [&] { f.store(1); });
            }),
            "none");
}

}  // namespace
}  // namespace norn
