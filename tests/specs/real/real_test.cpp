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
#include <norn/specs/runs/scenario.hpp>
#include <norn/specs/runs/variants.hpp>
#include <norn/specs/store/scenario.hpp>
#include <norn/specs/store/variants.hpp>
#include <norn/tests/temporary_folder.hpp>

#include "real_system.hpp"
#include "turns.hpp"

namespace norn::specs_test {

using namespace engine;
namespace {

using files::model_system;

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

// --- the store ---

class nobody : public store::witness {
 public:
  void committed(const std::string&) override {}
  void read(const std::string&) override {}
};

std::string answer(int writer, const std::optional<std::string>& id) {
  return "writer/" + std::to_string(writer) + ": " + id.value_or("error");
}

template <class Store>
program model_of(const store::deployment& d, const std::shared_ptr<state>& left) {
  return [d, left] {
    store::versions seen;
    const store::answers given = store::use<Store>(d, seen);
    *left = {};
    for (std::size_t i = 0; i < given.size(); ++i) {
      left->answers.insert(answer(static_cast<int>(i), given[i]));
    }
    left->files = files_of_model();
    store::require_consistent(given);
  };
}

template <class Store>
std::vector<real_thread> processes_of(const store::deployment& d) {
  static nobody unseen;
  std::vector<real_thread> threads;
  for (int p = 0; p < d.processes; ++p) {
    const auto service = std::make_shared<Store>(unseen);
    for (int w = 0; w < d.writers; ++w) {
      const int number = p * d.writers + w;
      threads.push_back({p, "writer/" + std::to_string(number),
                         [service, number] { return answer(number, service->create()); }});
    }
  }
  for (int l = 0; l < d.lock_file_openers; ++l) {
    threads.push_back({0, "looker/" + std::to_string(l), [] {
                         store::look_at_lock_file<real_system>();
                         return std::string();
                       }});
  }
  return threads;
}

template <template <class> class Variant>
void expect_store_damaged(const store::deployment& d, const expected_damage& damage) {
  experiment e;
  e.in_model = model_of<Variant<model_system>>(d, e.left);
  e.threads = processes_of<Variant<real_system>>(d);
  if (!d.empty_directory) {
    e.installed = {{store::reviews_path, store::empty_store}, {store::lock_path, ""}};
  }
  expect_damage_on_system(e, damage);
}

const expected_damage one_of_two_lost{"final_count",
                                      {"writer/0: REV-001", "writer/1: REV-001"},
                                      store::reviews_path,
                                      R"([{"id":"REV-001"}])"};

constexpr store::deployment two_processes{.processes = 2};
constexpr store::deployment two_threads{.writers = 2};

TEST(RealStore, Buggy) { expect_store_damaged<store::buggy>(two_processes, one_of_two_lost); }

TEST(RealStore, ReadOutsideLock) {
  expect_store_damaged<store::read_outside_lock>(two_processes, one_of_two_lost);
}

TEST(RealStore, EnsureOutsideLock) {
  expect_store_damaged<store::ensure_outside_lock>({.processes = 2, .empty_directory = true},
                                                   one_of_two_lost);
}

TEST(RealStore, LockOnlyWrite) {
  expect_store_damaged<store::lock_only_write>(two_processes, one_of_two_lost);
}

TEST(RealStore, FixedTmpNoLock) {
  expect_store_damaged<store::fixed_tmp_no_lock>(two_processes, one_of_two_lost);
}

TEST(RealStore, ThreadLock) {
  expect_store_damaged<store::thread_lock>(two_processes, one_of_two_lost);
}

TEST(RealStore, UnlinkLock) {
  expect_store_damaged<store::unlink_lock>(
      {.processes = 3}, {"final_count",
                         {"writer/0: REV-001", "writer/1: REV-002", "writer/2: REV-002"},
                         store::reviews_path,
                         R"([{"id":"REV-001"},{"id":"REV-002"}])"});
}

// Between the threads of one process there is no lock.
TEST(RealStore, FcntlLockOfThreads) {
  expect_store_damaged<store::fcntl_lock>(two_threads, one_of_two_lost);
}

// Between processes there is, until somebody closes another descriptor of the file.
TEST(RealStore, FcntlLockAndALook) {
  expect_store_damaged<store::fcntl_lock>({.processes = 2, .lock_file_openers = 1},
                                          one_of_two_lost);
}

TEST(RealStore, SharedFilelock) {
  expect_store_damaged<store::shared_filelock>(two_threads, one_of_two_lost);
}

// --- the run directories ---

std::string answer(const std::string& part, const std::string& id) { return part + ": " + id; }

template <class Runs>
program model_of(const runs::deployment& d, const std::shared_ptr<state>& left) {
  return [d, left] {
    const runs::outcome o = runs::use<Runs>(d);
    *left = {};
    for (const runs::created& each : o.given) left->answers.insert(answer(each.part, each.id));
    left->files = files_of_model();
    runs::require_own_directories(o);
  };
}

// Requires: one create of each writer.
template <class Runs>
std::vector<real_thread> processes_of(const runs::deployment& d) {
  std::vector<real_thread> threads;
  for (int p = 0; p < d.processes; ++p) {
    const auto service = std::make_shared<Runs>();
    for (int w = 0; w < d.writers; ++w) {
      const int number = p * d.writers + w;
      const std::string part = runs::part_name(number);
      threads.push_back({p, "writer/" + std::to_string(number), [service, part] {
                           const auto id = service->create(part);
                           return id ? answer(part, *id) : "";
                         }});
    }
  }
  return threads;
}

template <template <class> class Variant>
void expect_runs_damaged(const runs::deployment& d, const expected_damage& damage) {
  experiment e;
  e.in_model = model_of<Variant<model_system>>(d, e.left);
  e.threads = processes_of<Variant<real_system>>(d);
  e.installed = {{std::string(runs::runs_path) + "/", ""}, {runs::lock_path, ""}};
  if (d.last != 0) e.installed[runs::path_of(runs::id_of(d.last)) + "/"] = "";
  expect_damage_on_system(e, damage);
}

// The manifest is that of one of them.
const expected_damage same_id{"manifest_intact",
                              {"gear: run_001", "shaft: run_001"},
                              "analysis_runs/run_001/manifest.json",
                              R"({"part":"gear","run":"run_001"})"};

TEST(RealRuns, Buggy) { expect_runs_damaged<runs::buggy>({.processes = 2}, same_id); }

TEST(RealRuns, FixedTmpNoLock) {
  expect_runs_damaged<runs::fixed_tmp_no_lock>({.processes = 2}, same_id);
}

TEST(RealRuns, LockOnlyId) { expect_runs_damaged<runs::lock_only_id>({.processes = 2}, same_id); }

TEST(RealRuns, ThreeDigits) {
  expect_runs_damaged<runs::three_digit_pattern>({.processes = 2, .last = 999},
                                                 {"manifest_intact",
                                                  {"gear: run_1000", "shaft: run_1000"},
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
    auto lock = real_system::file::open(path, O_RDWR | O_CREAT).value();
    lock.flock(LOCK_EX).value();
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
