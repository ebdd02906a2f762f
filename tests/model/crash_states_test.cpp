// States after a crash: the set of trees that the model says a crash of a host may leave, against one made by
// writing every combination down (crash_history.hpp), for random scripts.
#include <gtest/gtest.h>

#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <norn/model/io/call.hpp>
#include <norn/model/io/system_calls.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/explore/explorer.hpp>

#include "crash_history.hpp"
#include "crash_script.hpp"

namespace norn::io {
namespace {

// --- the model ---

struct both_sets {
  std::optional<std::set<std::string>> model;  // nothing: more than can be told apart
  std::set<std::string> enumerated;
};

both_sets states_after(storage kind, const call_list& setup, const call_list& calls) {
  both_sets both;
  explore_options options;
  options.name = "crash states";
  const search_result searched = explore(
      [&] {
        both = {};
        script_history history(kind);
        script_on_model model;
        const auto note = [&](const script_call& c) { history.note(c); };
        const host server{"server"};
        set_storage(server, kind);
        const process service{server, "service"};
        service.run("setup", [&] { model.run(setup, note); });
        history.all_is_on_the_disk();
        files_of(server).may_perish();
        service.run("work", [&] { model.run(calls, note); });
        const auto survivors = files_of(server).current().survivors();
        if (!survivors) return;
        both.model.emplace();
        for (const image& each : *survivors) both.model->insert(text_of_image(each));
        EXPECT_EQ(both.model->size(), survivors->size()) << "a state came twice";
        both.enumerated = history.trees();
      },
      options);
  EXPECT_EQ(searched.misuse.value_or(""), "");
  EXPECT_EQ(searched.stats.executions, 1u);
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

void compare_states(storage kind, std::uint64_t seed, int scripts) {
  random_source random(seed);
  std::size_t states = 0;
  int skipped = 0;
  for (int n = 0; n < scripts; ++n) {
    call_list setup = prologue();
    for (const script_call& each : draw_calls(random, random() % 5)) setup.push_back(each);
    const call_list calls = draw_calls(random, 3 + random() % 5);
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
  EXPECT_LT(skipped, scripts / 20);
  // More than one state a script: they do leave things unsynced.
  EXPECT_GT(states, 4 * static_cast<std::size_t>(scripts));
}

TEST(CrashStates, Posix) { compare_states(storage::posix, 1, 2000); }

TEST(CrashStates, Ext4) { compare_states(storage::ext4, 2, 2000); }

TEST(CrashStates, Ext4WithoutAutoDaAlloc) {
  compare_states(storage::ext4_without_auto_da_alloc, 3, 2000);
}

}  // namespace
}  // namespace norn::io
