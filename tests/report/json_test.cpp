#include <norn/report/json.hpp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <norn/tests/report/sample.hpp>

namespace norn {
namespace {

using json = nlohmann::ordered_json;

std::string error_of(const std::string& content) {
  const auto read = counterexamples_in(content, "trace.json");
  const auto* error = std::get_if<file_error>(&read);
  return error == nullptr ? "accepted" : error->message;
}

TEST(Json, HasTheDocumentedSchema) {
  check_result r = sample::result();
  r.stats.seconds = 0.25;
  r.stats.probes = 12;
  r.stats.probe_steps = 34;
  r.stats.shrinking = {.executions = 56, .steps = 78, .seconds = 0.5};
  const json expected = json::parse(R"({
    "schema": 1, "norn": "0.1.0", "config": {"strategy": "exhaustive", "jobs": 1, "seed": 1},
    "checks": [{"name": "bank/buggy@2thread:total_kept", "protocol": "bank", "variant": "buggy",
      "deployment": "2thread", "property": "total_kept",
      "verdict": "holds", "expected": "holds", "complete": true, "bounds": {}, "bound_hit": null,
      "faults": {"crashes": 0}, "symmetric": false,
      "executions": 1234, "blocked": 0, "steps": 5678, "probes": 12, "probe_steps": 34, "seconds": 0.25,
      "shrinking": {"executions": 56, "steps": 78, "seconds": 0.5},
      "schedule": null, "counterexample": null}]})");
  EXPECT_EQ(json::parse(json_text({r}, {"exhaustive", 1, 1})).dump(2), expected.dump(2));
}

TEST(Json, SaysWhatACheckCovers) {
  check_result r = sample::result();
  r.covers = {"P02", "P02.m1"};
  r.tags = {"mission"};
  const json check = json::parse(json_text({r}, {"exhaustive", 1, 1}))["checks"][0];
  EXPECT_EQ(check["covers"], json({"P02", "P02.m1"}));
  EXPECT_EQ(check["tags"], json({"mission"}));
}

TEST(Json, HasTheCounterexample) {
  const json check =
      json::parse(json_text({sample::violated_result()}, {"exhaustive", 1, 1}))["checks"][0];
  const json& found = check["counterexample"];
  EXPECT_EQ(check["verdict"], "violated");
  EXPECT_EQ(check["schedule"],
            "v1:bank/buggy@2thread:total_kept:ARWQTh3mpUx-BwgDBAitOwMCAAQBAgC6qOSt");
  EXPECT_EQ(found["replay"], check["schedule"]);
  EXPECT_EQ(found["steps"].size(), 4u);
  EXPECT_EQ(
      found["steps"][2].dump(),
      R"_({"i":3,"thread":"teller/1","process":"","host":"","op":"store","object":"total",)_"
      R"_("args":"(1)","result":"","changes":"total 0→1","locks":[],"left":null,)_"
      R"_("conflicts_with":1,"file":"src/bank.cpp","line":42,"clock":"","kind":"operation"})_");
  EXPECT_EQ(found["steps"][1]["left"].dump(), R"({"why":"preempted"})");
  EXPECT_TRUE(found["steps"][1]["conflicts_with"].is_null());
  EXPECT_EQ(found["preemptions"], 1);
  EXPECT_EQ(found["found_steps"], 4);
  EXPECT_EQ(found["blocked_threads"].dump(), "[]");
  EXPECT_TRUE(found["nearest_passing"].is_null());
  std::vector<std::string> keys;
  for (const auto& item : found.items()) keys.push_back(item.key());
  EXPECT_EQ(keys,
            (std::vector<std::string>{"property", "message", "steps", "preemptions", "found_steps",
                                      "blocked_threads", "locks", "nearest_passing", "replay"}));
}

TEST(Json, HasWhatIsHeldAndWaitedFor) {
  check_result r = sample::violated_result();
  r.decided.counterexample = sample::embrace();
  const json found =
      json::parse(json_text({r}, {"exhaustive", 1, 1}))["checks"][0]["counterexample"];
  EXPECT_EQ(found["steps"][1]["locks"].dump(),
            R"([{"type":"shared_mutex","name":"right","mode":"shared"}])");
  EXPECT_EQ(found["steps"][3]["left"].dump(),
            R"({"why":"waits","op":"lock","object":"left","held_by":"teller/0"})");
  EXPECT_EQ(found["locks"].dump(),
            R"([{"type":"mutex","name":"left","mode":"","thread":"teller/0"},)"
            R"({"type":"shared_mutex","name":"right","mode":"shared","thread":"teller/1"}])");
}

TEST(Json, TellsFaultsApart) {
  check_result r = sample::violated_result();
  r.decided.counterexample = sample::power_failure();
  const json steps =
      json::parse(json_text({r}, {"exhaustive", 1, 1}))["checks"][0]["counterexample"]["steps"];
  EXPECT_EQ(steps[2]["kind"], "fault");
  EXPECT_EQ(steps[2]["op"], "power failure of");
  EXPECT_EQ(steps[3]["result"], "killed");
}

// A strategy that does not rename runs equal threads as any others.
TEST(Json, SaysWhatWasExploredUpToRenaming) {
  check_result r = sample::result(conclusion::holds);
  r.stats.met_groups = true;
  const auto symmetric = [&] {
    return json::parse(json_text({r}, {"exhaustive", 1, 1}))["checks"][0]["symmetric"].get<bool>();
  };
  r.strategy = "exhaustive";
  EXPECT_TRUE(symmetric());
  r.strategy = "random";
  EXPECT_FALSE(symmetric());
}

TEST(Json, NamesBoundsThatWereSet) {
  check_result r = sample::result(conclusion::inconclusive);
  r.limits = {.executions = 10, .time_seconds = 1.5, .depth = 50};
  r.bound_hit = bound_kind::executions;
  const json check = json::parse(json_text({r}, {"exhaustive", 1, 1}))["checks"][0];
  EXPECT_EQ(check["bounds"].dump(), R"({"executions":10,"time":1.5,"depth":50})");
  EXPECT_EQ(check["bound_hit"], "executions");
  r.limits = {.preemptions = 2};
  r.bound_hit = bound_kind::preemptions;
  const json bounded = json::parse(json_text({r}, {"bounded", 1, 1}))["checks"][0];
  EXPECT_EQ(bounded["bounds"].dump(), R"({"preemptions":2})");
  EXPECT_EQ(bounded["bound_hit"], "preemptions");
}

TEST(Json, ReplacesBytesThatAreNotUtf8) {
  check_result r = sample::violated_result();
  r.decided.counterexample->message = "a\xff";
  EXPECT_EQ(
      json::parse(json_text({r}, {"exhaustive", 1, 1}))["checks"][0]["counterexample"]["message"],
      "a\xef\xbf\xbd");
}

TEST(Json, GivesItsCounterexamplesBack) {
  const std::string text =
      json_text({sample::result(), sample::violated_result()}, {"exhaustive", 1, 1});
  const auto read = counterexamples_in(text, "trace.json");
  ASSERT_TRUE(std::holds_alternative<std::vector<stored_counterexample>>(read));
  const auto& stored = std::get<std::vector<stored_counterexample>>(read);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].check, "bank/buggy@2thread:total_kept");
  EXPECT_EQ(stored[0].token,
            "v1:bank/buggy@2thread:total_kept:ARWQTh3mpUx-BwgDBAitOwMCAAQBAgC6qOSt");
}

TEST(Json, RefusesFilesThatAreNotItsOwn) {
  const std::string advice =
      ".\n  replay takes a file that `report --json` or `check --json` wrote.";
  EXPECT_EQ(error_of("not json"), "trace.json is not JSON" + advice);
  EXPECT_EQ(error_of(""), "trace.json is not JSON" + advice);
  EXPECT_EQ(error_of("[1]"), "trace.json is JSON, but no report of Norn" + advice);
  EXPECT_EQ(error_of("{}"), "trace.json is JSON, but no report of Norn" + advice);
  EXPECT_EQ(error_of(R"({"schema": "1"})"),
            "trace.json has a \"schema\" that is no number" + advice);
  EXPECT_EQ(error_of(R"({"schema": 2, "checks": []})"),
            "trace.json is of schema 2; this norn reads schema 1" + advice);
  EXPECT_EQ(error_of(R"({"schema": 1})"), "trace.json has no \"checks\"" + advice);
  EXPECT_EQ(error_of(R"({"schema": 1, "checks": [1, {}, {"schedule": 3}]})"), "accepted");
}

}  // namespace
}  // namespace norn
