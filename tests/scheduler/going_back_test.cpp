// A search that keeps next to nothing of what is left, and finds it again, against one that keeps all: the same
// executions in the same order.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/naive.hpp"
#include "../reference/random_program.hpp"
#include "classic_programs.hpp"
#include "drawn.hpp"

namespace norn {

using namespace engine;
namespace {

using reference::feature_set;
using enum reference::instruction_kind;

struct course {
  std::vector<std::uint64_t> traces;  // in the order in which they were run
  std::size_t probes = 0;
  std::size_t most_waiting = 0;
  std::string misuse;
};

// Runs the execution that the strategy has begun, and adds it to the course. `r` names the threads: searches to be
// compared share one.
execution_kind run_one(const program& body, exhaustive& s, runner& r, course& all) {
  const execution& done = r.run(body, s);
  if (s.diverged() || !r.misuse().empty()) {
    all.misuse = r.misuse().empty() ? s.diverged()->came : r.misuse();
    return execution_kind::probe;
  }
  const execution_kind learnt =
      r.observed_more() ? execution_kind::start_over : s.end_execution(done);
  if (learnt == execution_kind::execution) all.traces.push_back(reference::hash_of(done));
  if (learnt == execution_kind::probe) ++all.probes;
  all.most_waiting = std::max(all.most_waiting, s.items().size());
  return learnt;
}

course course_of(const program& body, exhaustive& s, runner& r, std::size_t limit) {
  course all;
  while (all.misuse.empty() && all.traces.size() < limit && s.begin_execution()) {
    if (run_one(body, s, r, all) != execution_kind::start_over) continue;
    s.restart();
    all = course{};
  }
  return all;
}

// The search in parts, each gone through by a strategy of its own: after an execution, what is coldest may be given
// away, and is a part behind the one that gives.
course course_in_parts(const program& body, std::size_t most, runner& r, std::size_t limit) {
  course all;
  std::list<std::vector<work_item>> parts(1);
  parts.front().emplace_back();  // the root
  std::size_t ends = 0;
  while (!parts.empty()) {
    exhaustive s(most);
    s.take(std::move(parts.front()));
    parts.pop_front();
    while (s.begin_execution()) {
      if (all.traces.size() >= limit) return all;
      if (run_one(body, s, r, all) == execution_kind::start_over) all.misuse = "starts over";
      if (!all.misuse.empty()) return all;
      if (++ends % 3 != 0 || !s.settle()) continue;
      std::vector<work_item> given = s.give();
      if (!given.empty()) parts.push_front(std::move(given));
    }
  }
  return all;
}

struct tally {
  std::size_t executions = 0;
  std::size_t probes = 0;
  std::size_t more_probes = 0;  // of the search that forgets
};

void compare(const program& body, tally& total) {
  constexpr std::size_t limit = 3000;
  runner names(runner::settings{});
  exhaustive keeps;
  course_of(body, keeps, names, limit);  // names the threads
  exhaustive keeps_all;
  const course expected = course_of(body, keeps_all, names, limit);
  for (const std::size_t most : {1u, 3u}) {
    exhaustive forgets(most);
    const course actual = course_of(body, forgets, names, limit);
    if (actual.misuse != expected.misuse) RC_FAIL("misuse: " + actual.misuse);
    if (actual.traces != expected.traces) {
      RC_FAIL(std::to_string(actual.traces.size()) + " executions instead of " +
              std::to_string(expected.traces.size()) + ", or in another order");
    }
    total.more_probes += actual.probes - expected.probes;
  }
  const course parts = course_in_parts(body, 1, names, limit);
  if (parts.misuse != "starts over" && parts.traces != expected.traces) {
    RC_FAIL("in parts: " + std::to_string(parts.traces.size()) + " executions instead of " +
            std::to_string(expected.traces.size()) + ", or in another order");
  }
  total.executions += expected.traces.size();
  total.probes += expected.probes;
}

void check_programs(const std::string& name, const feature_set& features, int count) {
  tally total;
  const auto generator = reference::arbitrary_program(features);
  reference::check_drawn(name, count, [&] {
    const reference::random_program p = *generator;
    compare([p] { reference::interpret(p).body(); }, total);
  });
  std::cout << name << ": " << total.executions << " executions, " << total.probes << " probes, "
            << total.more_probes << " more by the two that forget\n";
  EXPECT_GT(total.more_probes, 0u);
}

TEST(ExhaustiveRecovery, Memory) {
  check_programs("memory", {{read, write, add, compare_swap, exchange_two}, 3, 4, false}, 200);
  check_programs("memory, 4 threads", {{read, write, add, compare_swap}, 4, 2, false}, 100);
}

TEST(ExhaustiveRecovery, FootprintsThatDependOnOutcomes) {
  check_programs("adaptive",
                 {{read, write, add, follow, follow, exchange_two, skip_if}, 3, 4, true}, 300);
}

TEST(ExhaustiveRecovery, SymmetricGroups) {
  feature_set features{{read, write, add, add_to_own, lock, unlock, await, skip_if}, 2, 3, false};
  features.equals = 3;
  check_programs("symmetric groups", features, 200);
}

TEST(ExhaustiveRecovery, LocksAndWaits) {
  check_programs("locks", {{read, write, add, lock, lock, unlock, try_lock, skip_if}, 3, 5, false},
                 300);
  check_programs("await", {{read, write, add, await, await, lock, unlock}, 3, 4, false}, 300);
  check_programs("conditions",
                 {{read, write, lock, unlock, wait, wait_for, notify_one, notify_all}, 3, 4, false},
                 300);
  check_programs("semaphores, shared locks",
                 {{read, write, acquire, release, lock_shared, unlock_shared, lock_exclusive,
                   unlock_exclusive},
                  3,
                  5,
                  false},
                 300);
}

TEST(ExhaustiveRecovery, ChoicesAndThreadsThatAreNotAlwaysThere) {
  check_programs("choices",
                 {{read, write, choose, choose, compare_swap, lock, unlock}, 3, 4, false}, 300);
  check_programs("forks", {{read, write, skip_if, fork, fork, join, choose}, 3, 4, false}, 200);
}

TEST(ExhaustiveRecovery, Everything) {
  std::vector<reference::instruction_kind> all;
  for (int k = 0; k <= static_cast<int>(race_write); ++k) {
    all.push_back(reference::instruction_kind(k));
  }
  check_programs("everything", {all, 3, 4, true}, 300);
  check_programs("everything, and a crash", {all, 3, 3, true, 1, true}, 60);
}

// More items wait than are kept, and several workers divide them.
TEST(ExhaustiveRecovery, OfSeveralWorkers) {
  const program body = [] {
    if (norn::choose(8) != 0) {
      norn::choose(3000);
    } else {
      norn::choose(500);
    }
  };
  for (const std::size_t jobs : {1u, 2u, 4u}) {
    explore_options options;
    options.name = "going back";
    options.properties = {"undecided to the end"};
    options.jobs = jobs;
    options.alone = std::chrono::milliseconds(0);
    const search_result all = explore(body, options);
    EXPECT_FALSE(all.misuse) << *all.misuse;
    EXPECT_TRUE(all.complete);
    EXPECT_EQ(all.stats.executions, 7u * 3000u + 500u) << jobs;
  }
}

TEST(ExhaustiveRecovery, KeepsNoMoreThanItMay) {
  runner r(runner::settings{});
  exhaustive forgets(4);
  const course all = course_of(classic::fetch_add(6), forgets, r, 1000);
  EXPECT_EQ(all.traces.size(), 720u);  // 6!
  // Four, and what one execution proposes: each of the 15 pairs of threads races once.
  EXPECT_LE(all.most_waiting, 4u + 15u);
}

}  // namespace
}  // namespace norn
