// A protocol that is declared wrongly is told once checks are asked for, by name and place. The registry is for
// good: each declaration has a process of its own.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include <norn/scheduler/base/bad_input.hpp>
#include <norn/specs/kit/guarantee.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::kit {
namespace {

struct counter {
  struct parts {};
  counter(const parts&, kit::system&) {}
};

void nothing(counter&, actor&) {}

protocol<counter> correct() {
  return {.name = "counter",
          .covers = {},
          .setup = [](actor&) {},
          .work = nothing,
          .inspect = nothing,
          .properties = {{"counted", "all are counted"}},
          .variants = {{"buggy"}, {"fixed"}},
          .verdicts = "       1thread\nbuggy  holds\nfixed  holds",
          .guarantee = "{fixed}: counts."};
}

[[noreturn]] void end_with_what_is_told(const protocol<counter>& p) {
  registration declared{p};
  try {
    registered_searches();
    std::fputs("nothing", stderr);
  } catch (const bad_input& e) {
    std::fputs(e.what(), stderr);
  }
  std::exit(0);
}

void expect_told(const protocol<counter>& p, const std::string& what) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_with_what_is_told(p), testing::ExitedWithCode(0), "^" + what + "$");
}

const std::string wrong = "checks are declared wrongly, and none was run:\n  counter: ";

TEST(ProtocolDeclaration, IsFine) { expect_told(correct(), "nothing"); }

TEST(ProtocolDeclaration, NamesThePlaceInTheText) {
  protocol<counter> p = correct();
  p.verdicts = "       1thread\nbuggy  holds\nfixd   holds";
  expect_told(p,
              wrong + "verdicts, line 3, column 1: `fixd` is no variant; accepted: buggy, fixed");
  p = correct();
  p.guarantee = "{fxed}: counts.";
  expect_told(p, wrong +
                     "guarantee, column 1: `\\{fxed\\}` is no placeholder; accepted: "
                     "\\{deployments\\} after a variant, \\{buggy\\}, \\{fixed\\}");
}

TEST(ProtocolDeclaration, RefusesWhatIsThereTwice) {
  protocol<counter> p = correct();
  p.variants.push_back({"fixed"});
  expect_told(p, wrong + "variant `fixed` is there twice");
  p = correct();
  p.properties.push_back({"counted", ""});
  expect_told(p, wrong + "property `counted` is there twice");
  p = correct();
  p.modifiers = {{"reader", ""}, {"reader", ""}};
  expect_told(p, wrong + "modifier `reader` is there twice");
}

TEST(ProtocolDeclaration, RefusesWhatIsNowhere) {
  protocol<counter> p = correct();
  p.variants[0].of = "mended";
  expect_told(p, wrong + "variant `buggy` is one of `mended`, which is no variant");
  p = correct();
  p.limits = {{"buggy@2thread", {.executions = 1}}};
  expect_told(p, wrong + "limits: there is no check `buggy@2thread`");
}

void expect_refused(const std::string& text, const std::string& why) {
  try {
    require_guarantee(text, {"buggy", "fixed"});
    ADD_FAILURE() << "is not refused: " << text;
  } catch (const bad_input& e) {
    EXPECT_EQ(e.what(), why);
  }
}

TEST(Guarantee, NamesVariantsAndDeployments) {
  require_guarantee("{fixed}: safe in {deployments}; {buggy} is not.", {"buggy", "fixed"});
  const std::string accepted = "; accepted: {deployments} after a variant, {buggy}, {fixed}";
  expect_refused("{fixed} in {deploymnts}",
                 "column 12: `{deploymnts}` is no placeholder" + accepted);
  expect_refused("{fixed} in {deployments", "column 12: `{` is not closed" + accepted);
  expect_refused("In {deployments}: {fixed}", "column 4: `{deployments}` of no variant" + accepted);
  expect_refused("Safe.", "column 1: the text is of no variant: name one, as {fixed}");
}

}  // namespace
}  // namespace norn::kit
