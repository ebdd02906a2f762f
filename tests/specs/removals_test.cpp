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
};

// Steps that only a crash shows to be needed. A row moves to the table above, with its deployment and
// its property, when there is one; until then the variant holds wherever it is registered.
struct unshown_removal {
  std::string protocol;
  std::string step;
  std::string variant;
};

const unshown_removal seen_in_a_crash_alone[] = {
    {"store", "fsync(reviews.json.tmp)", "no_fsync"},
    {"store", "fsync(/)", "no_dir_fsync"},

    {"runs", "fsync(snapshot.json.tmp)", "no_fsync"},
    {"runs", "fsync(manifest.json.tmp)", "no_fsync"},
    {"runs", "fsync(analysis_runs)", "no_mkdir_fsync"},
    {"runs", "fsync(run_001)", "no_dir_fsync"},
    {"runs",
     R"(rename("analysis_runs/run_001/snapshot.json.tmp", )"
     R"("analysis_runs/run_001/snapshot.json"))",
     "in_place_under_lock"},
    {"runs",
     R"(rename("analysis_runs/run_001/manifest.json.tmp", )"
     R"("analysis_runs/run_001/manifest.json"))",
     "in_place_under_lock"},
};

bool contains(const steps& all, const std::string& step) {
  return std::find(all.begin(), all.end(), step) != all.end();
}

// The other steps find, read, write and close: without them there is no ticket and no run.
bool is_for_safety(const std::string& step) {
  return step.starts_with("fsync") || step.starts_with("rename") ||
         step.find("LOCK_EX") != step.npos;
}

template <class Removal>
void expect_removed(const Removal& r) {
  EXPECT_TRUE(contains(steps_of(r.protocol, "fixed"), r.step)) << r.step;
  EXPECT_FALSE(contains(steps_of(r.protocol, r.variant), r.step)) << r.variant << " " << r.step;
}

conclusion verdict_in(const removal& r, const std::string& variant) {
  const search& s = search_named(r.protocol + "/" + variant + "@" + r.deployment);
  return verdict_of(result_of(s), r.property).verdict;
}

bool is_in_a_table(const std::string& protocol, const std::string& step) {
  const auto removes = [&](const auto& r) { return r.protocol == protocol && r.step == step; };
  return std::any_of(std::begin(removals), std::end(removals), removes) ||
         std::any_of(std::begin(seen_in_a_crash_alone), std::end(seen_in_a_crash_alone), removes);
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

// As declared: that the verdicts are those is a test of its own.
bool holds_everywhere(const std::string& protocol, const std::string& variant) {
  const std::vector<search> all = searches_of(protocol);
  return std::all_of(all.begin(), all.end(), [&](const search& s) {
    return s.variant != variant ||
           std::all_of(s.expects.begin(), s.expects.end(),
                       [](const expectation& e) { return e.verdict == conclusion::holds; });
  });
}

TEST(Removals, SeenInACrashAlone) {
  for (const unshown_removal& r : seen_in_a_crash_alone) {
    expect_removed(r);
    EXPECT_TRUE(holds_everywhere(r.protocol, r.variant)) << r.variant;
  }
}

}  // namespace
}  // namespace norn::specs_test
