#include <norn/scheduler/explore/fingerprint.hpp>

#include <gtest/gtest.h>

namespace norn {

using namespace engine;
namespace {

// `steps` steps of one thread, each with another operation.
schedule of_length(std::size_t steps) {
  schedule s;
  for (std::size_t i = 0; i < steps; ++i) {
    s.push_back({thread_id{0}, 0, static_cast<std::uint32_t>(0x9e3779b9 * (i + 1))});
  }
  return s;
}

// Where another execution parts whose step of that number, from 1, does something else.
std::optional<step_range> parting_when_changed(const schedule& recorded, std::size_t number) {
  schedule came = recorded;
  came[number - 1].check ^= 0x12345678;
  return parting(fingerprint_of(recorded), recorded.size(), came);
}

TEST(Fingerprint, HasAMarkForEachStepOfAShortSchedule) {
  EXPECT_EQ(fingerprint_of({}).marks.size(), 0u);
  EXPECT_EQ(fingerprint_of(of_length(1)).marks.size(), 1u);
  EXPECT_EQ(fingerprint_of(of_length(64)).marks.size(), 64u);
}

TEST(Fingerprint, HasNoMoreMarksThanThat) {
  EXPECT_EQ(fingerprint_of(of_length(65)).marks.size(), 32u);   // after every second step
  EXPECT_EQ(fingerprint_of(of_length(129)).marks.size(), 43u);  // after every third
  EXPECT_EQ(fingerprint_of(of_length(10'000)).marks.size(), 63u);
}

TEST(Fingerprint, TellsNoDifferenceWhereThereIsNone) {
  for (const std::size_t steps : {0u, 1u, 9u, 64u, 65u, 1'000u}) {
    const schedule s = of_length(steps);
    EXPECT_EQ(parting(fingerprint_of(s), steps, s), std::nullopt) << steps;
  }
}

TEST(Fingerprint, NamesTheStepOfAShortSchedule) {
  const schedule s = of_length(64);
  for (std::size_t i = 1; i <= 64; ++i) {
    EXPECT_EQ(parting_when_changed(s, i), (step_range{i, i}));
  }
}

TEST(Fingerprint, NamesAFewStepsOfALongOne) {
  const schedule s = of_length(200);  // a mark after every fourth
  EXPECT_EQ(parting_when_changed(s, 1), (step_range{1, 4}));
  EXPECT_EQ(parting_when_changed(s, 4), (step_range{1, 4}));
  EXPECT_EQ(parting_when_changed(s, 5), (step_range{5, 8}));
  EXPECT_EQ(parting_when_changed(s, 200), (step_range{197, 200}));
}

// 65 steps have marks after every second: the last step has none, and is told by the whole.
TEST(Fingerprint, NamesStepsBehindTheLastMark) {
  EXPECT_EQ(parting_when_changed(of_length(65), 65), (step_range{65, 65}));
}

TEST(Fingerprint, NamesTheEarliestDifferenceOfAnExecutionThatEndedEarly) {
  const schedule s = of_length(9);
  schedule came = of_length(5);
  EXPECT_EQ(parting(fingerprint_of(s), 9, came), std::nullopt);
  came[2].check ^= 0x12345678;
  EXPECT_EQ(parting(fingerprint_of(s), 9, came), (step_range{3, 3}));
}

TEST(Fingerprint, OfNothingIsNotCompared) { EXPECT_EQ(parting({}, 9, of_length(9)), std::nullopt); }

}  // namespace
}  // namespace norn
