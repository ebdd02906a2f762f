// The fix with one step less at a time. Every step that is there for safety has a variant without it,
// and a property that this breaks in a deployment where the fix holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "searches.hpp"
#include "steps.hpp"

namespace norn::specs_test {
namespace {

struct removal {
  std::string protocol;
  std::string step;  // of `fixed`, as in the README
  std::string variant;
  std::string deployment;
  std::string property;
};

const removal removals[] = {
    {"store", "flock(reviews.json.lock, LOCK_EX)", "fixed_tmp_no_lock", "2thread", "final_count"},
    {"store", "flock(reviews.json.lock, LOCK_EX)", "fixed_tmp_no_lock", "2thread", "ids_unique"},
    {"store", R"(rename("reviews.json.tmp", "reviews.json"))", "in_place_under_lock",
     "1thread-reader", "reads_parse"},

    {"runs", "flock(analysis_runs.lock, LOCK_EX)", "fixed_tmp_no_lock", "2thread", "ids_injective"},
    {"runs", "flock(analysis_runs.lock, LOCK_EX)", "fixed_tmp_no_lock", "2thread",
     "manifest_intact"},

    // Needed for crashes alone.
    {"store", "fsync(reviews.json.tmp)", "no_fsync", "1thread-crash", "old_or_new"},
    {"store", "fsync(reviews.json.tmp)", "no_fsync", "1thread-crash", "acknowledged_durable"},
    {"store", "fsync(/)", "no_dir_fsync", "1thread-crash", "acknowledged_durable"},
    {"store", R"(rename("reviews.json.tmp", "reviews.json"))", "in_place_under_lock",
     "1thread-crash", "old_or_new"},

    {"runs", "fsync(snapshot.json.tmp)", "no_fsync", "1thread-crash", "manifest_implies_snapshot"},
    {"runs", "fsync(manifest.json.tmp)", "no_fsync", "1thread-crash", "acknowledged_durable"},
    {"runs", "fsync(analysis_runs)", "no_mkdir_fsync", "1thread-crash", "acknowledged_durable"},
    {"runs", "fsync(run_001)", "no_dir_fsync", "1thread-crash", "acknowledged_durable"},
    {"runs",
     R"(rename("analysis_runs/run_001/snapshot.json.tmp", )"
     R"("analysis_runs/run_001/snapshot.json"))",
     "in_place_under_lock", "1thread-crash", "manifest_implies_snapshot"},
    {"runs",
     R"(rename("analysis_runs/run_001/manifest.json.tmp", )"
     R"("analysis_runs/run_001/manifest.json"))",
     "in_place_under_lock", "1thread-crash", "acknowledged_durable"},
};

bool contains(const steps& all, const std::string& step) {
  return std::find(all.begin(), all.end(), step) != all.end();
}

// The other steps find, read, write and close: without them there is no ticket and no run.
bool is_for_safety(const std::string& step) {
  return step.starts_with("fsync") || step.starts_with("rename") ||
         step.find("LOCK_EX") != step.npos;
}

void expect_removed(const removal& r) {
  EXPECT_TRUE(contains(steps_of(r.protocol, "fixed"), r.step)) << r.step;
  EXPECT_FALSE(contains(steps_of(r.protocol, r.variant), r.step)) << r.variant << " " << r.step;
}

conclusion verdict_in(const removal& r, const std::string& variant) {
  const declared_search& s = search_named(r.protocol + "/" + variant + "@" + r.deployment);
  return verdict_of(result_of(s), r.property).verdict;
}

bool is_in_a_table(const std::string& protocol, const std::string& step) {
  const auto removes = [&](const auto& r) { return r.protocol == protocol && r.step == step; };
  return std::any_of(std::begin(removals), std::end(removals), removes);
}

TEST(Removals, BreakWhatTheStepIsFor) {
  for (const removal& r : removals) {
    expect_removed(r);
    EXPECT_EQ(name_of(verdict_in(r, r.variant)), "violated") << r.variant << ":" << r.property;
    EXPECT_EQ(name_of(verdict_in(r, "fixed")), "holds") << r.deployment << ":" << r.property;
  }
}

TEST(Removals, OfEveryStepThatIsThereForSafety) {
  for (const std::string protocol : {"store", "runs"}) {
    for (const std::string& step : steps_of(protocol, "fixed")) {
      if (!is_for_safety(step)) continue;
      EXPECT_TRUE(is_in_a_table(protocol, step)) << protocol << ": no variant is without " << step;
    }
  }
}

}  // namespace
}  // namespace norn::specs_test
