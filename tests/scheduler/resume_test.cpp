// A search that is stopped and goes on, again and again, against one that is not: the same executions, steps,
// verdicts and counterexamples.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>

#include <rapidcheck.h>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/explore/saved_search.hpp>

#include "../reference/random_program.hpp"
#include "classic_programs.hpp"
#include "describe.hpp"
#include "drawn.hpp"

namespace norn {

using namespace engine;
namespace {

using reference::feature_set;
using enum reference::instruction_kind;

struct stopped {
  search_result result;
  int times = 0;
};

// Stopped each time it has begun so many executions, and a few more each time: what is between two executions
// that are done with may take some. Then another search goes on from what was saved last.
stopped search_with_stops(const program& body, explore_options options, int executions_between) {
  std::optional<saved_search> last;
  std::atomic<bool> interrupted{false};
  std::atomic<int> begun{0};
  options.interrupted = &interrupted;
  std::atomic<bool> searches{true};  // and does not make what it has found shorter
  options.save = [&](const saved_search& as) {
    last = as;
    searches = !as.over;
    if (as.over) interrupted = false;  // the last execution may have raised it
  };
  stopped all;
  const program counted = [&] {
    if (searches && ++begun == executions_between + all.times) interrupted = true;
    body();
  };
  for (;; ++all.times) {
    interrupted = false;
    begun = 0;
    const std::optional<saved_search> before = last;
    options.from = before ? &*before : nullptr;
    all.result = explore(counted, options);
    if (all.result.bound_hit != bound_kind::interrupted) return all;
  }
}

explore_options options_for(std::size_t jobs) {
  explore_options options;
  options.name = "resume";
  options.jobs = jobs;
  options.alone = std::chrono::milliseconds(0);
  options.properties = {"bounded", "no_deadlock", "no_data_race"};
  return options;
}

void compare(const reference::random_program& p) {
  const program body = [p] { reference::interpret(p).body(); };
  const std::string whole = describe(explore(body, options_for(1)));
  const int between = *rc::gen::inRange(2, 40);
  for (const std::size_t jobs : {1u, 3u}) {
    const std::string pieces = describe(search_with_stops(body, options_for(jobs), between).result);
    if (pieces != whole) RC_FAIL("whole:\n" + whole + "in pieces:\n" + pieces);
  }
}

void check_programs(const feature_set& features, int count) {
  const auto generator = reference::arbitrary_program(features);
  reference::check_drawn("stopped and resumed", count, [&] { compare(*generator); });
}

TEST(Resume, MemoryAndLocks) {
  check_programs({{read, write, add, compare_swap, lock, unlock, try_lock}, 3, 4, true}, 60);
}

TEST(Resume, FootprintsThatDependOnOutcomes) {
  check_programs({{read, write, follow, follow, exchange_two, skip_if, await}, 3, 4, true}, 60);
}

TEST(Resume, SymmetricGroups) {
  feature_set features{{read, write, add, add_to_own, lock, unlock, skip_if}, 2, 3, true};
  features.equals = 3;
  check_programs(features, 60);
}

TEST(Resume, ThreadsThatAreNotAlwaysThere) {
  check_programs({{read, write, skip_if, fork, fork, join, choose}, 3, 4, true}, 60);
}

TEST(Resume, Everything) {
  std::vector<reference::instruction_kind> all;
  for (int k = 0; k <= static_cast<int>(race_write); ++k) {
    all.push_back(reference::instruction_kind(k));
  }
  check_programs({all, 3, 4, true}, 60);
  check_programs({all, 3, 3, true, true}, 40);
}

// What was learnt is kept: that the clock is read, in some of the executions only.
TEST(Resume, KnowsThatTheClockIsRead) {
  const program body = [] {
    atomic<int> done{0, "done"};
    run_concurrently("sleeper", 3, [&](int i) {
      this_thread::sleep_for(std::chrono::seconds(i + 1));
      if (done.fetch_add(1) != 2) return;
      require("early", steady_clock::now() < steady_clock::time_point(std::chrono::seconds(6)));
    });
  };
  explore_options options = options_for(1);
  options.properties = {"early", "undecided to the end"};
  const std::string whole = describe(explore(body, options));
  for (const int between : {2, 7, 30}) {
    EXPECT_EQ(describe(search_with_stops(body, options, between).result), whole) << between;
  }
}

TEST(Resume, LosesNoMoreThanItMust) {
  explore_options options = options_for(1);
  options.properties = {};
  const stopped all = search_with_stops(classic::fetch_add(6), options, 100);
  EXPECT_EQ(all.result.stats.executions, 720u);  // 6!
  EXPECT_TRUE(all.result.complete);
  // A hundred executions a piece, or a few less where the last one was not done with.
  EXPECT_LE(all.times, 9);
}

TEST(Resume, OfASearchThatIsOverTellsItAgain) {
  std::optional<saved_search> last;
  explore_options options = options_for(1);
  options.properties = {"never_two"};
  options.save = [&](const saved_search& as) { last = as; };
  const program body = [] {
    atomic<int> x{0, "x"};
    run_concurrently("adder", 2, [&](int) { x.fetch_add(1); });
    require("never_two", x.load() != 2);
  };
  const std::string first = describe(explore(body, options));
  ASSERT_TRUE(last && last->over);
  const saved_search over = *last;
  options.from = &over;
  EXPECT_EQ(describe(explore(body, options)), first);
}

// What was found out before the stop need not be found out again, at the price of starting over.
TEST(Resume, KnowsWhatWasLearnt) {
  std::optional<saved_search> last;
  std::atomic<bool> interrupted{false};
  std::atomic<int> begun{0};
  const program body = [&] {
    if (++begun == 4) interrupted = true;
    atomic<int> x{0}, y{0};
    ghost<int> g{0, "g"};
    always("small", [&] { return g < 9; });
    thread a([&] { x.store(1), ++g, y.store(1); });
    thread b([&] { y.store(2), ++g, x.store(2); });
    a.join(), b.join();
  };
  explore_options options = options_for(1);
  options.properties = {};
  options.interrupted = &interrupted;
  options.save = [&](const saved_search& as) { last = as; };
  const search_result first = explore(body, options);
  ASSERT_EQ(first.bound_hit, bound_kind::interrupted);
  EXPECT_FALSE(last->extra_accesses.empty());
  EXPECT_FALSE(last->observed.empty());
  const saved_search before = *last;
  interrupted = false;
  options.from = &before;
  EXPECT_TRUE(explore(body, options).complete);
}

}  // namespace
}  // namespace norn
