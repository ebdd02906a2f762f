#include <norn/report/junit.hpp>

#include <gtest/gtest.h>

#include <norn/tests/report/sample.hpp>

namespace norn {
namespace {

TEST(Junit, HasASuiteForEachSearchAndACaseForEachCheck) {
  check_result undecided = sample::result(conclusion::inconclusive);
  undecided.decided.property = "<other>";
  undecided.bound_hit = bound_kind::executions;
  undecided.limits.executions = 5;
  EXPECT_EQ(junit_text({sample::result(), undecided}, "norn replay "),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="norn" tests="2" failures="0" errors="0" skipped="1" time="0.500">
  <testsuite name="bank/buggy@2thread" tests="2" failures="0" errors="0" skipped="1" time="0.500">
    <testcase classname="bank/buggy@2thread" name="total_kept" time="0.500">
      <properties>
        <property name="verdict" value="holds"/>
        <property name="expected" value="holds"/>
        <property name="executions" value="1234"/>
      </properties>
    </testcase>
    <testcase classname="bank/buggy@2thread" name="&lt;other&gt;" time="0.500">
      <properties>
        <property name="verdict" value="inconclusive"/>
        <property name="expected" value="holds"/>
        <property name="executions" value="1234"/>
      </properties>
      <skipped message="inconclusive after 5 executions, expected holds"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(Junit, FailsWhatDiffersWithItsText) {
  const std::string xml = junit_text({sample::violated_result()}, "norn replay ");
  EXPECT_NE(xml.find(R"(tests="1" failures="1" errors="0" skipped="0")"), std::string::npos);
  EXPECT_NE(xml.find("      <failure type=\"violated\" message=\"violated, expected holds\">"
                     "VIOLATED  bank/buggy@2thread:total_kept    total == 2"),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find("<property name=\"replay\" value=\"v1:bank/buggy@2thread:total_kept:"),
            std::string::npos);
}

TEST(Junit, TimeIsThatOfSearchAndShrinking) {
  check_result r = sample::violated_result(conclusion::violated);
  r.stats.shrinking.seconds = 0.25;
  const std::string xml = junit_text({r}, "norn ");
  EXPECT_NE(xml.find(R"(<testcase classname="bank/buggy@2thread" name="total_kept" time="0.750">)"),
            std::string::npos)
      << xml;
}

TEST(Junit, MisuseIsAnError) {
  check_result r = sample::result(conclusion::misuse);
  r.decided.message = "expected lock & got \x01";
  const std::string xml = junit_text({r}, "norn replay ");
  EXPECT_NE(xml.find("<error type=\"misuse\" message=\"misuse, expected holds\">MISUSE"),
            std::string::npos);
  EXPECT_NE(xml.find("expected lock &amp; got \\x01"), std::string::npos) << xml;
}

TEST(Junit, AViolationThatWasExpectedPasses) {
  const std::string xml = junit_text({sample::violated_result(conclusion::violated)}, "norn ");
  EXPECT_EQ(xml.find("<failure"), std::string::npos);
}

}  // namespace
}  // namespace norn
