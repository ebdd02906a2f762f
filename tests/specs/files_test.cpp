// The parts that protocols on files are put together of, each by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include <norn/model/io/file.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/specs/files/saving.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"

namespace norn::files {

using namespace engine;
namespace {

// What two saves of the same file can come to, "content, then how many of them failed": the same by
// the exhaustive search and by the naive one.
std::set<std::string> outcomes_of_two_saves(const saving& how, const std::string& a,
                                            const std::string& b) {
  constexpr std::size_t execution_limit = 200'000;
  std::string state;
  const auto body = [&] {
    int failed[] = {0, 0};
    thread first("first", [&] { failed[0] = save(kit::model_system(), "f", a, how).error(); });
    thread second("second", [&] { failed[1] = save(kit::model_system(), "f", b, how).error(); });
    first.join();
    second.join();
    state = io::read_file("f").value();
    for (const int error : failed) state += error == 0 ? "" : error == ENOENT ? " ENOENT" : " ?";
  };
  const reference::observed_program observed{body, [&] { return state; }};
  runner r(runner::settings{});
  exhaustive reduced;
  reference::naive naive(true);
  const auto actual = reference::search(observed, reduced, r, execution_limit);
  const auto expected = reference::search(observed, naive, r, execution_limit);
  EXPECT_TRUE(expected.complete);
  EXPECT_EQ(reference::difference(actual, expected), "");
  return actual.final_states;
}

// One write over the other, from the beginning of the file. The shorter one over the longer leaves the
// rest of that; a truncation in between leaves one of the two, whole.
TEST(Saving, InPlace) {
  EXPECT_THAT(outcomes_of_two_saves(in_place, "[]", "[1,2]"),
              testing::UnorderedElementsAre("[]", "[1,2]", "[],2]"));
}

// One after the other, both succeed and the second stays. Into one temporary file, its name is gone
// when the second wants to rename it, unless the second had opened it again.
TEST(Saving, ByRenameWithoutALock) {
  EXPECT_THAT(
      outcomes_of_two_saves(saving{}, "[]", "[1,2]"),
      testing::UnorderedElementsAre("[]", "[1,2]", "[] ENOENT", "[1,2] ENOENT", "[],2] ENOENT"));
}

TEST(Saving, DirectoryOfAPath) {
  EXPECT_EQ(directory_of("reviews.json"), ".");
  EXPECT_EQ(directory_of("runs/run_001/manifest.json"), "runs/run_001");
}

}  // namespace
}  // namespace norn::files
