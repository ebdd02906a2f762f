// Searches that are registered wrongly, which the command tells once it runs. The registry is for good:
// each test has a process of its own.
#include <gtest/gtest.h>

#include <norn/cli/main.hpp>
#include <norn/specs/kit/check.hpp>

namespace norn::test {
namespace {

void nothing() {}

kit::declared_search correct() {
  return {.protocol = "declared",
          .variant = "wrongly",
          .deployment = "here",
          .body = nothing,
          .expects = {{"ends", conclusion::holds}}};
}

// What the command comes to after these have been registered.
[[noreturn]] void run_with(const std::vector<kit::declared_search>& searches) {
  for (const kit::declared_search& s : searches) register_search{s};
  std::string command = "norn";
  std::string list = "list";
  char* argv[] = {command.data(), list.data(), nullptr};
  std::exit(norn::main(2, argv));
}

void expect_refused(const std::vector<kit::declared_search>& searches, const std::string& why) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_with(searches), ::testing::ExitedWithCode(2),
              "^norn: checks are declared wrongly, and none was run:\n" + why + "\n$");
}

TEST(Registration, OfAnotherSearchIsFine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_with({correct()}), ::testing::ExitedWithCode(0), "^$");
}

TEST(Registration, RefusesANameThatIsTaken) {
  expect_refused({correct(), correct()},
                 "  declared/wrongly@here is registered twice: give each search a name of its own");
}

TEST(Registration, RefusesASearchWithoutAProperty) {
  kit::declared_search s = correct();
  s.expects.clear();
  expect_refused({s},
                 "  declared/wrongly@here expects nothing: name at least one property and its "
                 "verdict");
}

TEST(Registration, RefusesAPropertyThatIsNamedTwice) {
  kit::declared_search s = correct();
  s.expects.push_back({"ends", conclusion::violated});
  expect_refused({s},
                 "  declared/wrongly@here expects two verdicts of one property: leave one of them");
}

TEST(Registration, RefusesASearchWithoutABody) {
  kit::declared_search s = correct();
  s.body = nullptr;
  expect_refused({s}, "  declared/wrongly@here has no body");
}

TEST(Registration, TellsEveryDefect) {
  kit::declared_search bodiless = correct();
  bodiless.deployment = "there";
  bodiless.body = nullptr;
  expect_refused({correct(), bodiless, correct()},
                 "  declared/wrongly@there has no body\n"
                 "  declared/wrongly@here is registered twice: give each search a name of its own");
}

}  // namespace
}  // namespace norn::test
