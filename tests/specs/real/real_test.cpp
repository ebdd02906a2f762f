// Counterexamples on a real directory: the search finds how a wrong fix fails; the same code then makes
// the same calls in that order in real processes, and does the same damage. So does the nearest passing
// schedule, which does none.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <norn/model/io/file.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/replay.hpp>
#include <norn/specs/kit/spec.hpp>
#include <norn/tests/temporary_folder.hpp>

#include "../searches.hpp"
#include "real_system.hpp"
#include "turns.hpp"

namespace norn::specs_test {

using namespace engine;
namespace {

// --- what is compared ---

// What the callers were answered, and the files that are there in the end; a directory has no content.
struct state {
  std::multiset<std::string> answers;
  std::map<std::string, std::string> files;

  friend bool operator==(const state&, const state&) = default;
  friend std::ostream& operator<<(std::ostream& out, const state& s) {
    for (const std::string& each : s.answers) out << "\n  " << each;
    for (const auto& [path, content] : s.files) out << "\n  " << path << ": \"" << content << "\"";
    return out;
  }
};

void add_files_of_model(const std::string& directory, std::map<std::string, std::string>& files) {
  const std::vector<std::string> names = io::readdir(directory).value();
  for (const std::string& name : names) {
    const std::string path = directory == "." ? name : directory + "/" + name;
    const bool inner = io::stat(path).value().type == io::file_type::directory;
    files[path] = inner ? "" : io::read_file(path).value();
    if (inner) add_files_of_model(path, files);
  }
}

std::map<std::string, std::string> files_of_model() {
  std::map<std::string, std::string> files;
  add_files_of_model(".", files);
  return files;
}

std::map<std::string, std::string> files_below(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::ifstream in(entry.path());
    const std::string path = entry.path().lexically_relative(directory).string();
    files[path] = entry.is_directory() ? "" : std::string(std::istreambuf_iterator<char>(in), {});
  }
  return files;
}

// --- one deployment, in the model and in real processes ---

struct experiment {
  program in_model;  // leaves its final state in `left`
  std::shared_ptr<state> left = std::make_shared<state>();
  std::map<std::string, std::string> installed;  // files; a name that ends with / is a directory
  std::vector<real_thread> threads;
};

state run_in_model(const experiment& e, const schedule& order) {
  runner r(runner::settings{});
  replay_strategy follows(order);
  follows.begin_execution();
  r.run(e.in_model, follows);
  return *e.left;
}

// The steps of the threads. What main does lies before and after them, and ghosts are no calls.
std::vector<turn> turns_of(const std::vector<trace_step>& steps) {
  std::vector<turn> order;
  for (const trace_step& step : steps) {
    if (step.thread != "main" && step.operation != "ghost") {
      order.push_back({step.thread, step.operation});
    }
  }
  return order;
}

state run_on_system(const experiment& e, const std::vector<trace_step>& steps) {
  const test::temporary_folder directory;
  for (const auto& [name, content] : e.installed) {
    const std::filesystem::path path = std::filesystem::path(directory.path()) / name;
    if (name.ends_with('/')) {
      std::filesystem::create_directories(path);
    } else {
      std::ofstream(path) << content;
    }
  }
  state came;
  for (const auto& [name, result] : run_in_turns(directory.path(), e.threads, turns_of(steps))) {
    if (!result.empty()) came.answers.insert(result);
  }
  came.files = files_below(directory.path());
  return came;
}

// The damage: what was answered, and what one of the files holds.
struct expected_damage {
  std::string property;
  std::multiset<std::string> answers;
  std::string path;
  std::string content;
  bool in_every_order = false;  // then no schedule nearby passes
};

void expect_damage_on_system(const experiment& e, const expected_damage& damage) {
  explore_options options;
  options.name = "real";
  options.properties = {damage.property};
  const search_result result = explore(e.in_model, options);
  const property_verdict& verdict = result.properties.at(0);
  ASSERT_TRUE(verdict.counterexample) << name_of(verdict.verdict);

  const counterexample& found = *verdict.counterexample;
  const state real = run_on_system(e, found.steps);
  EXPECT_EQ(real, run_in_model(e, found.schedule));
  EXPECT_EQ(real.answers, damage.answers);
  EXPECT_EQ(real.files.at(damage.path), damage.content);

  ASSERT_EQ(found.nearest_passing.has_value(), !damage.in_every_order);
  if (!found.nearest_passing) return;
  const state passing = run_on_system(e, found.nearest_passing->steps);
  EXPECT_EQ(passing, run_in_model(e, found.nearest_passing->schedule));
  EXPECT_NE(passing, real);
}

// --- a variant, in the model and on the system ---

std::string answer(const kit::event& e) { return e.actor + ": " + e.value; }

// A schedule ends where the check is decided: what is left is looked at before that.
program model_of(const kit::spec& p, const kit::spec::variant& v, const kit::deployment& d,
                 const std::shared_ptr<state>& left) {
  return [&p, &v, d, left] {
    *left = {};
    kit::run(p, v, d, kit::model_system(), [left](const kit::history& h) {
      for (const kit::event& e : h.of("created")) left->answers.insert(answer(e));
      left->files = files_of_model();
    });
  };
}

std::string act(const kit::cast::part& part, const kit::deployment& d, const kit::service& with) {
  kit::actor me(part.name, part.number, d, real_system(), nullptr);
  (*part.does)(with, me);
  std::string told;
  for (const kit::event& e : me.unwatched()) {
    if (e.what == "created") told = answer(e);
  }
  return told;
}

std::vector<real_thread> processes_of(const kit::spec& p, const kit::spec::variant& v,
                                      const kit::deployment& d) {
  std::vector<real_thread> threads;
  std::map<int, kit::service> services;
  for (const kit::cast::part& part : kit::cast_of(p, d).parts) {
    const auto with = services.try_emplace(part.process, v.make(real_system())).first->second;
    threads.push_back({part.process, part.name, [part, d, with] { return act(part, d, with); }});
  }
  return threads;
}

// Requires: each writer creates one.
void expect_damaged(const std::string& protocol, const std::string& variant,
                    const std::string& deployed, const expected_damage& damage,
                    const std::map<std::string, std::string>& installed) {
  const kit::spec& p = spec_named(protocol);
  const kit::spec::variant& v = *p.variant_named(variant);
  const kit::deployment d = deployment_of(p, deployed);
  experiment e;
  e.in_model = model_of(p, v, d, e.left);
  e.threads = processes_of(p, v, d);
  e.installed = installed;
  expect_damage_on_system(e, damage);
}

// --- the store ---

void expect_store_damaged(const std::string& variant, const std::string& deployed,
                          const expected_damage& damage) {
  std::map<std::string, std::string> installed;
  if (deployed != "2proc-empty") installed = {{"reviews.json", "[]"}, {"reviews.json.lock", ""}};
  expect_damaged("store", variant, deployed, damage, installed);
}

const expected_damage one_of_two_lost{"final_count",
                                      {"writer/0: REV-001", "writer/1: REV-001"},
                                      "reviews.json",
                                      R"([{"id":"REV-001"}])"};

TEST(RealStore, Buggy) { expect_store_damaged("buggy", "2proc", one_of_two_lost); }

TEST(RealStore, ReadOutsideLock) {
  expect_store_damaged("read_outside_lock", "2proc", one_of_two_lost);
}

TEST(RealStore, EnsureOutsideLock) {
  expect_store_damaged("ensure_outside_lock", "2proc-empty", one_of_two_lost);
}

TEST(RealStore, LockOnlyWrite) {
  expect_store_damaged("lock_only_write", "2proc", one_of_two_lost);
}

TEST(RealStore, FixedTmpNoLock) {
  expect_store_damaged("fixed_tmp_no_lock", "2proc", one_of_two_lost);
}

TEST(RealStore, ThreadLock) { expect_store_damaged("thread_lock", "2proc", one_of_two_lost); }

TEST(RealStore, UnlinkLock) {
  expect_store_damaged("unlink_lock", "3proc",
                       {"final_count",
                        {"writer/0: REV-001", "writer/1: REV-002", "writer/2: REV-002"},
                        "reviews.json",
                        R"([{"id":"REV-001"},{"id":"REV-002"}])"});
}

// Between the threads of one process there is no lock.
TEST(RealStore, FcntlLockOfThreads) {
  expect_store_damaged("fcntl_lock", "2thread", one_of_two_lost);
}

// Between processes there is, until somebody closes another descriptor of the file.
TEST(RealStore, FcntlLockAndALook) {
  expect_store_damaged("fcntl_lock", "2proc-look", one_of_two_lost);
}

TEST(RealStore, SharedFilelock) {
  expect_store_damaged("shared_filelock", "2thread", one_of_two_lost);
}

TEST(RealStore, OneWriterBypasses) {
  expect_store_damaged("one_writer_bypasses", "2proc", one_of_two_lost);
}

TEST(RealStore, VersionCheckedOutsideLock) {
  expect_store_damaged("version_checked_outside_lock", "2proc", one_of_two_lost);
}

// --- the run directories ---

void expect_runs_damaged(const std::string& variant, const std::string& deployed,
                         const expected_damage& damage) {
  std::map<std::string, std::string> installed = {{"analysis_runs/", ""},
                                                  {"analysis_runs.lock", ""}};
  if (deployed.starts_with("999")) installed["analysis_runs/run_999/"] = "";
  expect_damaged("runs", variant, deployed, damage, installed);
}

// The manifest is that of one of them.
const expected_damage same_id{"manifest_intact",
                              {"writer/0: run_001", "writer/1: run_001"},
                              "analysis_runs/run_001/manifest.json",
                              R"({"part":"gear","run":"run_001"})"};

TEST(RealRuns, Buggy) { expect_runs_damaged("buggy", "2proc", same_id); }

TEST(RealRuns, FixedTmpNoLock) { expect_runs_damaged("fixed_tmp_no_lock", "2proc", same_id); }

TEST(RealRuns, LockOnlyId) { expect_runs_damaged("lock_only_id", "2proc", same_id); }

TEST(RealRuns, ThreeDigits) {
  expect_runs_damaged("three_digits", "999-2proc",
                      {"manifest_intact",
                       {"writer/0: run_1000", "writer/1: run_1000"},
                       "analysis_runs/run_1000/manifest.json",
                       R"({"part":"shaft","run":"run_1000"})",
                       true});
}

// --- the turns themselves ---

std::string making_a_call(const std::string& call) {
  await_turn(call);
  return call;
}

TEST(Turns, AreGivenInTheOrderAsked) {
  const std::vector<real_thread> threads = {
      {0, "a", [] { return making_a_call("open"); }},
      {1, "b", [] { return making_a_call("rename"); }},
  };
  const auto results = run_in_turns(".", threads, {{"b", "rename"}, {"a", "open"}});
  EXPECT_EQ(results.at("a"), "open");
  EXPECT_EQ(results.at("b"), "rename");
}

void expect_refused(const std::vector<turn>& order, const std::string& why) {
  const std::vector<real_thread> threads = {{0, "a", [] { return making_a_call("open"); }}};
  try {
    run_in_turns(".", threads, order);
    FAIL() << "was not refused";
  } catch (const std::runtime_error& e) {
    EXPECT_EQ(e.what(), why);
  }
}

TEST(Turns, OtherThanWhatHappensAreRefused) {
  expect_refused({{"a", "rename"}}, "a was to make the call rename, and told: call open");
  expect_refused({{"a", "open"}, {"a", "open"}}, "a was to make the call open, and told: end open");
  expect_refused({}, "a has not ended, but told: call open");
}

// A lock that is not free: whoever was told to take it does not come back.
TEST(Turns, AThreadThatBlocksIsTold) {
  const test::temporary_folder directory;
  const auto take_lock = [path = directory.path() + "/lock"] {
    const auto lock = real_system().open(path, O_RDWR | O_CREAT).value();
    lock->flock(LOCK_EX).value();
    return making_a_call("stat");
  };
  const std::vector<real_thread> threads = {{0, "a", take_lock}, {1, "b", take_lock}};
  const std::vector<turn> order = {{"a", "open"}, {"a", "flock"}, {"a", "flock"},
                                   {"b", "open"}, {"b", "flock"}, {"b", "flock"}};
  constexpr int short_patience_ms = 200;
  try {
    run_in_turns(".", threads, order, short_patience_ms);
    FAIL() << "two took one lock";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "b, after \"call flock\", did not come back");
  }
}

TEST(Turns, AProcessThatEndsIsTold) {
  const std::vector<real_thread> threads = {{0, "a", []() -> std::string { ::_exit(0); }}};
  EXPECT_THROW(run_in_turns(".", threads, {}), std::runtime_error);
}

}  // namespace
}  // namespace norn::specs_test
