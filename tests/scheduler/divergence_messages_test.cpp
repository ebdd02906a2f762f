// What a divergence says: the step, counted from 1, the operation that was expected there, and what
// came instead; or the operation that did not touch what it was taken to touch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;
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

// --- what a model says of its operations ---

constexpr operation_kind set_kind{.name = "set"};
constexpr operation_kind follow_kind{.name = "follow"};
constexpr operation_kind follow_adaptively_kind{.name = "follow", .reach = reach::unknown};
constexpr operation_kind draw_kind{.name = "draw"};

void set(const object& o) {
  point p{set_kind, o, source_location::current()};
  p.write(o);
  p.set_word(o, 1);
}

// Touches the second object where the first has been set.
void follow(const operation_kind& kind, const object& first, const object& second) {
  point p{kind, first, source_location::current()};
  p.read(first);
  if (p.word(first) != 0) p.read(second);
}

TEST(UndeclaredFootprint, IsMisuseByName) {
  const auto with = [](const operation_kind& kind) {
    return misuse_of([&] {
      const object first("first");
      const object second("second");
      run_concurrently("t", 2, [&](int i) { i == 0 ? set(first) : follow(kind, first, second); });
    });
  };
  EXPECT_THAT(with(follow_kind),
              ::testing::HasSubstr("follow, touched other objects than after an event that "
                                   "it was put before, and its kind does not say that"));
  EXPECT_EQ(with(follow_adaptively_kind), "none");
}

TEST(UndeclaredFootprint, OfAnAlternativeIsMisuseByName) {
  EXPECT_THAT(misuse_of([] {
                const object o("o");
                point p{draw_kind, o, source_location::current()};
                p.choose(2) == 0 ? p.read(o) : p.write(o);
              }),
              ::testing::HasSubstr(
                  "step 1, draw, made other accesses than with another of its alternatives"));
}

}  // namespace
}  // namespace norn
