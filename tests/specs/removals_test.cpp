// The fix with one step less at a time. An actor's calls go through a system that leaves out the calls of one kind
// on one file: they seem to succeed, and do nothing. Every property of every deployment is then decided anew: what
// is violated is what the step is for. A step without which nothing is violated is needless, as far as these
// properties go, and is listed with the reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/specs/kit/system.hpp>

#include "searches.hpp"

namespace norn::specs_test {
namespace {

using here = io::here;

// Numbers in the names of files differ from one actor to the next.
std::string key_of(const std::string& call, const std::string& path) {
  static const std::regex number("[0-9]+");
  return call + " " + std::regex_replace(path, number, "N");
}

bool contains(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// What a run of the fix calls, and what of it is left out, as keys.
struct removal {
  std::vector<std::string> left_out = {};
  std::vector<std::string> called = {};  // in the order of the first call of each
  std::vector<std::unique_ptr<kit::open_file>> never_closed = {};

  bool leaves_out(const std::string& call, const std::string& path) {
    const std::string key = key_of(call, path);
    if (!contains(called, key)) called.push_back(key);
    return contains(left_out, key);
  }
};

class removing_file : public kit::open_file {
 public:
  removing_file(std::unique_ptr<kit::open_file> real, std::string path, removal& what)
      : real_(std::move(real)), path_(std::move(path)), what_(what) {}
  // Not closed is not closed by the destructor either.
  ~removing_file() override {
    if (real_ && what_.leaves_out("close", path_)) what_.never_closed.push_back(std::move(real_));
  }

  io::result<std::string> read_rest(here where) override { return real_->read_rest(where); }
  io::result<void> write_all(std::string_view bytes, here where) override {
    return what_.leaves_out("write", path_) ? io::result<void>() : real_->write_all(bytes, where);
  }
  io::result<void> flock(int operation, here where) override {
    const char* const call = operation == LOCK_UN ? "unlock" : "lock";
    return what_.leaves_out(call, path_) ? io::result<void>() : real_->flock(operation, where);
  }
  io::result<void> fcntl(int command, struct ::flock& lock, here where) override {
    const char* const call = lock.l_type == F_UNLCK ? "unlock" : "lock";
    return what_.leaves_out(call, path_) ? io::result<void>() : real_->fcntl(command, lock, where);
  }
  io::result<void> fsync(here where) override {
    return what_.leaves_out("fsync", path_) ? io::result<void>() : real_->fsync(where);
  }
  io::result<void> close(here where) override {
    if (what_.leaves_out("close", path_)) {
      what_.never_closed.push_back(std::move(real_));
      return {};
    }
    return std::exchange(real_, nullptr)->close(where);
  }

 private:
  std::unique_ptr<kit::open_file> real_;
  std::string path_;
  removal& what_;
};

// Of the calls that find something out (open, read, readdir, exists) there is nothing to leave out: the code needs
// what they return.
class removing_system : public kit::system {
 public:
  explicit removing_system(removal& what) : what_(what) {}

  io::result<std::unique_ptr<kit::open_file>> open(const std::string& path, int flags,
                                                   here where) override {
    auto opened = real_.open(path, flags, where);
    if (!opened) return io::failure{opened.error()};
    return std::unique_ptr<kit::open_file>(
        new removing_file(std::move(opened).value(), path, what_));
  }
  bool exists(const std::string& path, here where) override { return real_.exists(path, where); }
  io::result<void> rename(const std::string& from, const std::string& to, here where) override {
    return what_.leaves_out("rename", from) ? io::result<void>() : real_.rename(from, to, where);
  }
  io::result<void> unlink(const std::string& path, here where) override {
    return what_.leaves_out("unlink", path) ? io::result<void>() : real_.unlink(path, where);
  }
  io::result<void> mkdir(const std::string& path, here where) override {
    return what_.leaves_out("mkdir", path) ? io::result<void>() : real_.mkdir(path, where);
  }
  io::result<std::vector<std::string>> readdir(const std::string& path, here where) override {
    return real_.readdir(path, where);
  }
  system_clock::time_point now(here where) override { return real_.now(where); }
  std::unique_ptr<kit::process_mutex> make_mutex(std::string_view name) override {
    return real_.make_mutex(name);
  }

 private:
  kit::system& real_ = kit::model_system();
  removal& what_;
};

// `deployment:property` of what is violated first when it is left out; empty: nothing is.
std::string violated_without(const kit::spec& p, const kit::declared_search& s, removal& what) {
  const kit::deployment d = deployment_of(p, s.deployment);
  removing_system calls(what);
  explore_options options;
  options.name = s.name();
  options.strategy = s.strategy;
  for (const kit::expectation& e : s.expects) options.properties.push_back(e.property);
  options.stop_at_first_violation = true;
  const search_result found =
      explore([&] { kit::run(p, *p.variant_named("fixed"), d, calls); }, options);
  what.never_closed.clear();
  EXPECT_EQ(found.misuse, std::nullopt) << options.name;
  for (const property_verdict& v : found.properties) {
    if (v.verdict == conclusion::violated) return s.deployment + ":" + v.property;
  }
  return "";
}

// Those of the fix in which every property holds, the smallest first. Three threads beside a crash are left out:
// two show what a step is for.
std::vector<kit::declared_search> searches_of_the_fix(const kit::spec& p) {
  std::vector<kit::declared_search> all = searches_of(p.name);
  std::erase_if(all, [&](const kit::declared_search& s) {
    const kit::deployment d = deployment_of(p, s.deployment);
    const bool holds = std::all_of(s.expects.begin(), s.expects.end(),
                                   [](const auto& e) { return e.verdict == conclusion::holds; });
    return s.variant != "fixed" || !holds || (d.crashes() && d.actors() > 2);
  });
  std::sort(all.begin(), all.end(),
            [&](const kit::declared_search& a, const kit::declared_search& b) {
              const auto size = [&](const kit::declared_search& s) {
                const kit::deployment d = deployment_of(p, s.deployment);
                return std::tuple(d.crashes(), d.actors(), s.deployment.size(), s.deployment);
              };
              return size(a) < size(b);
            });
  return all;
}

std::vector<std::string> steps_of_the_fix(const kit::spec& p) {
  removal nothing;
  removing_system calls(nothing);
  const kit::deployment d = deployment_of(p, searches_of_the_fix(p).front().deployment);
  explore([&] { kit::run(p, *p.variant_named("fixed"), d, calls); }, {});
  return nothing.called;
}

const std::string given_up_by_close = "needless: the close gives the lock up, too";
const std::string given_up_by_unlock = "needless: the unlock has given the lock up before";
const std::string tidies_up = "needless: a file that stays open changes nothing for others";

// What is violated first without a step, or without two. Or why nothing is.
using expected_removals = std::map<std::string, std::string>;

const std::map<std::string, expected_removals>& expected() {
  static const std::map<std::string, expected_removals> all = {
      {"store",
       {{"lock reviews.json.lock", "2proc:final_count"},
        {"write reviews.json.tmp", "1thread:final_count"},
        {"fsync reviews.json.tmp", "1thread-crash:old_or_new"},
        {"rename reviews.json.tmp", "1thread:final_count"},
        {"fsync .", "1thread-crash:acknowledged_durable"},
        {"unlock reviews.json.lock", given_up_by_close},
        {"close reviews.json.lock", given_up_by_unlock},
        {"unlock reviews.json.lock, close reviews.json.lock", "loop:no_deadlock"},
        {"close reviews.json", tidies_up},
        {"close reviews.json.tmp", tidies_up},
        {"close .", tidies_up}}},
      {"runs",
       {{"lock analysis_runs.lock", "2proc:ids_injective"},
        {"mkdir analysis_runs/run_N", "1thread:no_uncaught_exception"},
        {"fsync analysis_runs", "1thread-crash:acknowledged_durable"},
        {"write analysis_runs/run_N/snapshot.json.tmp", "1thread:manifest_implies_snapshot"},
        {"fsync analysis_runs/run_N/snapshot.json.tmp", "1thread-crash:manifest_implies_snapshot"},
        {"rename analysis_runs/run_N/snapshot.json.tmp", "1thread:manifest_implies_snapshot"},
        {"write analysis_runs/run_N/manifest.json.tmp", "1thread:manifest_intact"},
        {"fsync analysis_runs/run_N/manifest.json.tmp", "1thread-crash:acknowledged_durable"},
        {"rename analysis_runs/run_N/manifest.json.tmp", "1thread:manifest_intact"},
        {"fsync analysis_runs/run_N", "1thread-crash:manifest_implies_snapshot"},
        {"unlock analysis_runs.lock", given_up_by_close},
        {"close analysis_runs.lock", given_up_by_unlock},
        {"unlock analysis_runs.lock, close analysis_runs.lock", "999-1thread:no_deadlock"},
        {"close analysis_runs", tidies_up},
        {"close analysis_runs/run_N", tidies_up},
        {"close analysis_runs/run_N/snapshot.json.tmp", tidies_up},
        {"close analysis_runs/run_N/manifest.json.tmp", tidies_up}}},
      {"telemetry",
       {{"write stdout", "1task:one_line_a_request"},
        {"write metrics.N", "1task:no_uncaught_exception"},
        {"close stdout", tidies_up},
        {"close metrics.N", tidies_up}}},
  };
  return all;
}

class Removals : public testing::TestWithParam<std::string> {};

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const auto& each : kit::registered_specs()) names.push_back(each->name);
  return names;
}

std::string name_of_test(const testing::TestParamInfo<std::string>& each) { return each.param; }

INSTANTIATE_TEST_SUITE_P(Every, Removals, testing::ValuesIn(protocol_names()), name_of_test);

std::vector<std::string> split(const std::string& steps) {
  const std::size_t comma = steps.find(", ");
  if (comma == steps.npos) return {steps};
  return {steps.substr(0, comma), steps.substr(comma + 2)};
}

TEST_P(Removals, AreNoticedOrNeedless) {
  const kit::spec& p = spec_named(GetParam());
  if (steps_of_the_fix(p).empty()) return;  // it works in memory alone
  ASSERT_TRUE(expected().contains(p.name)) << "say in this file what the steps of its fix are for";
  const std::vector<kit::declared_search> searches = searches_of_the_fix(p);
  for (const auto& [left_out, wanted] : expected().at(p.name)) {
    removal what{split(left_out)};
    std::string violated;
    for (const kit::declared_search& s : searches) {
      if (violated.empty()) violated = violated_without(p, s, what);
    }
    EXPECT_EQ(violated, wanted.starts_with("needless") ? "" : wanted) << "without " << left_out;
  }
}

TEST_P(Removals, AreOfEveryStep) {
  const kit::spec& p = spec_named(GetParam());
  for (const std::string& step : steps_of_the_fix(p)) {
    ASSERT_TRUE(expected().contains(p.name));
    EXPECT_TRUE(expected().at(p.name).contains(step)) << step << " is not left out";
  }
}

}  // namespace
}  // namespace norn::specs_test
