// States after a crash: the set of trees that the model says a crash of a host may leave, against one made by
// writing every combination down (crash_history.hpp), for random scripts.
#include <gtest/gtest.h>

#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/model/io/call.hpp>
#include <norn/model/io/system_calls.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

#include "../reference/compare.hpp"
#include "crash_history.hpp"
#include "crash_script.hpp"

namespace norn::io {

using namespace engine;
namespace {

// --- the model ---

struct both_sets {
  std::optional<std::set<std::string>> model;  // nothing: more than can be told apart
  std::set<std::string> enumerated;
};

// One execution, in which errors of the disk strike where they are asked for.
class errors_on_demand : public strategy {
 public:
  void ask() { asked_ = true; }

  bool begin_execution() override { return true; }
  thread_id choose_thread(const execution& so_far) override {
    if (!std::exchange(asked_, false)) return so_far.canonical_next();
    for (std::size_t t = 0; t < so_far.thread_count(); ++t) {
      if (so_far.is_enabled(thread_id(t)) &&
          so_far.pending(thread_id(t)).kind->name == std::string_view("I/O error")) {
        return thread_id(t);
      }
    }
    return no_thread;
  }
  std::uint16_t choose_alternative(const execution&, std::uint16_t) override { return 0; }
  execution_kind end_execution(const execution&) override { return execution_kind::execution; }
  void restart() override {}

 private:
  bool asked_ = false;
};

both_sets states_after(storage kind, const call_list& setup, const call_list& calls) {
  both_sets both;
  errors_on_demand errors;
  bool ended = false;
  const auto body = [&] {
    script_history history(kind);
    script_on_model model([&] { errors.ask(); });
    const auto note = [&](const script_call& c) { history.note(c); };
    const host server{"server"};
    set_storage(server, kind);
    const process service{server, "service"};
    service.run("setup", [&] { model.run(setup, note); });
    history.all_is_on_the_disk();
    files_of(server).may_be_lost();
    faults world;
    may_fail(world, server, 1 + static_cast<int>(calls.size()));
    service.run("work", [&] { model.run(calls, note); });
    const auto survivors = files_of(server).current().survivors();
    ended = true;
    if (!survivors) return;
    both.model.emplace();
    for (const image& each : *survivors) both.model->insert(text_of_image(each));
    EXPECT_EQ(both.model->size(), survivors->size()) << "a state came twice";
    both.enumerated = history.trees();
  };
  runner r(runner::settings{});
  r.run(body, errors);
  EXPECT_EQ(r.misuse(), "");
  EXPECT_TRUE(ended);
  return both;
}

// --- the comparison ---

std::string only_in(const std::set<std::string>& one, const std::set<std::string>& other,
                    const char* who) {
  for (const std::string& each : one) {
    if (!other.contains(each)) return std::string("only ") + who + ":\n" + shown(each);
  }
  return {};
}

using drawing = call_list(random_source&, std::size_t);

// NORN_PROGRAMS=N sets how many scripts each test draws; NORN_SEED=N draws others.
void compare_states(storage kind, std::uint64_t seed, std::uint64_t by_default,
                    drawing* draw = draw_calls) {
  random_source random(seed + 1000 * reference::from_environment("NORN_SEED", 0));
  const std::uint64_t scripts = reference::from_environment("NORN_PROGRAMS", by_default);
  std::size_t states = 0;
  std::uint64_t skipped = 0;
  for (std::uint64_t n = 0; n < scripts; ++n) {
    call_list setup = prologue();
    for (const script_call& each : draw_calls(random, random() % 5)) setup.push_back(each);
    const call_list calls = draw(random, 3 + random() % 5);
    const both_sets both = states_after(kind, setup, calls);
    if (!both.model) {
      ++skipped;
      continue;
    }
    const std::string difference = only_in(*both.model, both.enumerated, "in the model") +
                                   only_in(both.enumerated, *both.model, "by enumeration");
    ASSERT_EQ(difference, "") << "script " << n << "\n" << story_of(setup, calls);
    states += both.enumerated.size();
  }
  std::cout << states << " states, " << skipped << " scripts with too many\n";
  EXPECT_LE(skipped, scripts / 20);
  // More than one state a script: they do leave things unsynced.
  EXPECT_GT(states, 4 * scripts);
}

TEST(CrashStates, Posix) { compare_states(storage::posix, 1, 2000); }

TEST(CrashStates, Ext4) { compare_states(storage::ext4, 2, 2000); }

TEST(CrashStates, Ext4WithoutAutoDaAlloc) {
  compare_states(storage::ext4_without_auto_da_alloc, 3, 2000);
}

TEST(CrashStatesAfterFailedSyncs, Posix) {
  compare_states(storage::posix, 4, 4000, draw_failing_calls);
}

TEST(CrashStatesAfterFailedSyncs, Ext4) {
  compare_states(storage::ext4, 5, 4000, draw_failing_calls);
}

TEST(CrashStatesAfterFailedSyncs, Ext4WithoutAutoDaAlloc) {
  compare_states(storage::ext4_without_auto_da_alloc, 6, 4000, draw_failing_calls);
}

}  // namespace
}  // namespace norn::io
