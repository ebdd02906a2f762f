// The model of event loops against the real asyncio, of Python 3.11: random scripts, what each operation came to, and in which order.
// NORN_PROGRAMS=N sets how many scripts each test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/tests/reference/compare.hpp>

#include "script.hpp"

namespace norn::asyncio_script {
namespace {

namespace aio = asyncio;
using json = nlohmann::json;

// What the real asyncio makes of the scripts.
std::vector<told> told_by_python(const std::vector<script>& scripts) {
  namespace fs = std::filesystem;
  char name[] = "/tmp/norn-asyncio-XXXXXX";
  if (mkdtemp(name) == nullptr) throw std::runtime_error("no temporary directory");
  const fs::path folder = name;
  std::ofstream(folder / "scripts.json") << json(scripts);
  // Debian's, where it is: what the build has found may be another version.
  const std::string debian = "/usr/bin/python3.11";
  const std::string python = fs::exists(debian) ? debian : NORN_PYTHON;
  const std::string command = "'" + python + "' '" + NORN_SOURCE_FOLDER +
                              "/tests/model/asyncio/interpreter.py' < '" + name +
                              "/scripts.json' > '" + name + "/told.json'";
  const int failed = std::system(command.c_str());
  std::ifstream in(folder / "told.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  fs::remove_all(folder);
  if (failed != 0) throw std::runtime_error("the interpreter failed: " + command);
  return json::parse(text).get<std::vector<told>>();
}

std::string shown(const told& log) {
  std::string text;
  for (const std::string& each : log) text += "    " + each + "\n";
  return text;
}

// Every execution of the script on the model, and what was told in each.
reference::search_space told_by_model(const script& s, const aio::loop_options& options) {
  told log;
  const reference::observed_program program{[&] { run(s, options, log); },
                                            [&] {
                                              const bool over =
                                                  !log.empty() && log.back() == "over";
                                              return shown(log) + (over ? "" : "    deadlock\n");
                                            }};
  engine::runner runner{engine::runner::settings{}};
  engine::exhaustive strategy;
  return reference::search(program, strategy, runner, 50'000);
}

// What is wrong with the model; empty if nothing.
std::string difference(const script& s, const told& real, bool one_order) {
  const reference::search_space model = told_by_model(
      s, {.steps_take = one_order ? aio::loop_time::prompt : aio::loop_time::asynchronous});
  std::set<std::string> violated = model.violated;
  violated.erase("no_deadlock");
  if (!violated.empty()) return "the model violates " + *violated.begin();
  if (one_order && model.executions != 1) return std::to_string(model.executions) + " executions";
  if (model.final_states.contains(shown(real))) return "";
  if (!model.complete) return "too many executions to tell";
  return "  asyncio:\n" + shown(real) + "  model, of " + std::to_string(model.final_states.size()) +
         ":\n" + *model.final_states.begin();
}

void report(script s, std::string why, bool one_order) {
  for (bool again = true; again;) {
    again = false;
    const std::vector<script> candidates = smaller(s);
    const std::vector<told> real = told_by_python(candidates);
    for (std::size_t i = 0; i < candidates.size() && !again; ++i) {
      const std::string still = difference(candidates[i], real[i], one_order);
      if (still.empty()) continue;
      s = candidates[i];
      why = still;
      again = true;
    }
  }
  ADD_FAILURE() << s.dump() << "\n" << why;
}

void hold_against_python(std::uint64_t seed, const shape& drawn, std::uint64_t by_default,
                         bool one_order) {
  engine::random_source random(seed + 1000 * reference::from_environment("NORN_SEED", 0));
  const std::uint64_t count = reference::from_environment("NORN_PROGRAMS", by_default);
  std::vector<script> scripts;
  for (std::uint64_t i = 0; i < count; ++i) scripts.push_back(draw(random, drawn));
  const std::vector<told> real = told_by_python(scripts);
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    const std::string why = difference(scripts[i], real[i], one_order);
    if (why.empty()) continue;
    report(scripts[i], why, one_order);
    return;
  }
}

// By itself a loop does everything in one order: that of the real one.
TEST(AsyncioReal, TasksAndLocks) { hold_against_python(1, {}, 300, true); }
TEST(AsyncioReal, FourTasks) { hold_against_python(2, {.tasks = 4, .length = 6}, 200, true); }
TEST(AsyncioReal, Timers) { hold_against_python(3, {.timers = true}, 300, true); }

// Who has been woken and is cancelled before he runs hands on what he was woken for; random scripts rarely ask.
TEST(AsyncioReal, WhoIsCancelledWhenServedHandsItOn) {
  std::vector<script> scripts;
  for (const std::string which : {"lock", "sem1", "bounded"}) {
    const std::string acquire = R"(["acquire", ")" + which + R"("])";
    const std::string release = R"(["release", ")" + which + R"("])";
    const std::string both = "[" + acquire + ", " + release + "]";
    scripts.push_back(json::parse("[[" + acquire + R"(, ["sleep", 0], )" + release +
                                  R"(, ["cancel", 1]], )" + both + ", " + both + "]"));
  }
  scripts.push_back(
      json::parse(R"([[["sleep", 0], ["put", 1], ["cancel", 1]], [["get"]], [["get"]]])"));
  scripts.push_back(json::parse(R"([[["put", 1], ["sleep", 0], ["get"], ["cancel", 1], ["get"]],
                                    [["put", 2]], [["put", 3]]])"));
  const std::vector<told> real = told_by_python(scripts);
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    EXPECT_EQ(difference(scripts[i], real[i], true), "") << scripts[i].dump();
    EXPECT_EQ(real[i].back(), "over") << scripts[i].dump();
  }
}

// Where steps take any time, or threads come in, the real order is one of the model's.
TEST(AsyncioReal, TimersAtAnyTime) {
  hold_against_python(4, {.tasks = 2, .length = 3, .timers = true}, 100, false);
}
TEST(AsyncioReal, Threads) {
  hold_against_python(5, {.tasks = 2, .length = 2, .jobs = 2}, 60, false);
}

// Each operation that waits is cancelled while it waits, and when what it waited for is there already.
TEST(AsyncioReal, CancelsEverything) {
  engine::random_source random(6 + 1000 * reference::from_environment("NORN_SEED", 0));
  coverage cancelled;
  for (int i = 0; i < 4000; ++i) {
    const script s = draw(random, {.tasks = 4, .length = 5, .timers = true});
    told log;
    const reference::observed_program program{
        [&] { run(s, {.steps_take = aio::loop_time::prompt}, log, &cancelled); },
        [] { return ""; }};
    engine::runner runner{engine::runner::settings{}};
    engine::exhaustive strategy;
    reference::search(program, strategy, runner, 1);
  }
  for (const auto& [operation, when] : cancelled) {
    for (const auto& [how, count] : when) {
      std::cout << "cancelled in " << operation << ", " << how << ": " << count << "\n";
    }
  }
  EXPECT_GT(cancelled["a task"]["not begun"], 0u);
  for (const char* const operation :
       {"acquire", "wait", "put", "get", "join", "await_future", "shield_future", "await_task",
        "shield_task", "gather", "sleep", "wait_for", "wait_for_future", "group", "wait_condition",
        "with_condition"}) {
    EXPECT_GT(cancelled[operation]["waiting"], 0u) << operation;
    EXPECT_GT(cancelled[operation]["ready"], 0u) << operation;
  }
}

}  // namespace
}  // namespace norn::asyncio_script
