// Known executions: the shrinker that runs no execution twice comes to what one comes to that knows nothing, in the
// same executions.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <set>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/known_executions.hpp>
#include <norn/scheduler/explore/shrink.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/random_walk.hpp>

#include "../reference/random_program.hpp"
#include "drawn.hpp"

namespace norn {

using namespace engine;
namespace {

using enum reference::instruction_kind;
using reference::feature_set;
using reference::random_program;

struct choice {
  thread_id thread{};
  std::uint16_t alternative = 0;

  friend auto operator<=>(const choice&, const choice&) = default;
};
using choices = std::vector<choice>;

// Of a body whose main thread ends last, or is unwound at the end.
class recorder {
 public:
  program recorded(const program& body) {
    return [this, body] {
      struct at_end {
        std::vector<choices>& to;
        ~at_end() {
          choices& all = to.emplace_back();
          for (const event& e : runner::current()->execution().events()) {
            all.push_back({e.thread, e.alternative});
          }
        }
      } const records{executions_};
      body();
    };
  }
  const std::vector<choices>& executions() const { return executions_; }
  std::set<choices> different() const { return {executions_.begin(), executions_.end()}; }

 private:
  std::vector<choices> executions_;
};

struct failing {
  engine::schedule schedule;
  std::string property;
};

// What a random walk comes across first, if it comes across anything soon.
std::optional<failing> found_in(const program& body) {
  constexpr int walks = 30;
  runner r(runner::settings{});
  random_walk walk(1);
  for (int i = 0; i < walks; ++i) {
    const execution& done = r.run(body, walk);
    if (!r.misuse().empty()) return std::nullopt;
    if (r.violations().empty()) continue;
    const violation& v = r.violations().front();
    engine::schedule steps = r.threads().by_creation(done);
    steps.resize(std::min(steps.size(), v.step));
    return failing{steps, v.property};
  }
  return std::nullopt;
}

struct shrinking {
  shrunk_schedule least;
  recorder ran;
};

shrinking shrunk_within(std::size_t bytes, const program& body, const failing& found) {
  shrinking s;
  s.least = shrink(s.ran.recorded(body), {}, found.schedule, found.property, {.bytes = bytes});
  return s;
}

struct totals {
  std::size_t programs = 0;
  std::size_t plain = 0;  // executions
  std::size_t skipping = 0;
};

void compare(const random_program& p, totals& total) {
  const reference::observed_program observed = reference::interpret(p);
  const auto found = found_in(observed.body);
  if (!found) return;
  const shrinking plain = shrunk_within(0, observed.body, *found);
  const shrinking cramped = shrunk_within(2'000, observed.body, *found);
  const shrinking skipping = shrunk_within(shrink_limits{}.bytes, observed.body, *found);
  ++total.programs;
  total.plain += plain.least.spent.executions;
  total.skipping += skipping.least.spent.executions;
  for (const shrinking* s : {&plain, &cramped, &skipping}) {
    RC_ASSERT(s->least.nondeterminism.value_or("") == "");
    RC_ASSERT(s->least.schedule == plain.least.schedule);
    RC_ASSERT(s->least.spent.executions == s->ran.executions().size());
    RC_ASSERT(s->ran.different() == plain.ran.different());
  }
  // Where a predicate turns out to read more, executions from before have to be judged anew.
  if (p.with_predicate) return;
  RC_ASSERT(skipping.least.spent.executions == skipping.ran.different().size());
  RC_ASSERT(cramped.least.spent.executions <= plain.least.spent.executions);
}

void check_programs(const std::string& name, const feature_set& features, int count) {
  totals total;
  const auto generator = reference::arbitrary_program(features);
  reference::check_drawn(name, count, [&] { compare(*generator, total); });
  std::cout << name << ": " << total.programs << " programs that fail, " << total.plain
            << " executions that know nothing, " << total.skipping << " that skip\n";
  EXPECT_GT(total.programs, 0u);
  EXPECT_LT(total.skipping, total.plain);
}

TEST(KnownExecutions, Deadlocks) {
  check_programs("locks",
                 {{read, write, add, lock, lock, unlock, try_lock, await, acquire, release}, 4, 6},
                 150);
}

TEST(KnownExecutions, WaitsThreadsAndChoices) {
  check_programs("waits",
                 {{read, write, lock, unlock, wait, wait_for, notify_one, notify_all, choose,
                   skip_if, fork, join},
                  3,
                  5},
                 150);
}

TEST(KnownExecutions, Races) {
  check_programs("races", {{race_read, race_write, add, lock, unlock, choose, skip_if}, 3, 5}, 150);
}

TEST(KnownExecutions, EqualThreads) {
  check_programs("equals",
                 {{read, race_write, add, lock, lock, unlock, await}, 3, 4, false, 0, false, 3},
                 100);
}

TEST(KnownExecutions, Predicates) {
  check_programs("predicates", {{read, write, add, exchange_two, ghost_count}, 4, 5, true}, 150);
}

TEST(KnownExecutions, Crashes) {
  check_programs(
      "crashes",
      {{read, write, add, lock, lock, unlock, await, fork_into, acquire}, 3, 4, false, 2}, 100);
}

// --- the tree ---

// Each of two threads takes one step: spawn, the two in either order, join.
void two_adders() {
  atomic<int> x{0};
  run_concurrently("adder", 2, [&](int) { x.fetch_add(1); });
}

constexpr thread_id adder_0{1};
constexpr thread_id adder_1{2};

class tree {
 public:
  explicit tree(std::size_t bytes) : known(bytes) {}

  std::optional<std::size_t> run(const program& body, const schedule& wishes) {
    follows_.follow(wishes);
    const execution& done = runner_.run(body, follows_);
    return known.add(done, follows_.crossings());
  }

  known_executions known;

 private:
  runner runner_{runner::settings{}};
  guided follows_;
};

TEST(KnownExecutions, DifferentWishesMayLeadToOne) {
  tree t(10'000);
  EXPECT_FALSE(t.known.reached_by({}));
  EXPECT_EQ(t.run(two_adders, {}), std::nullopt);  // the lower thread first
  EXPECT_TRUE(t.known.reached_by({}));
  EXPECT_TRUE(t.known.reached_by({{adder_0}, {adder_1}}));
  EXPECT_TRUE(
      t.known.reached_by({{adder_0, 7}, {adder_0}}));  // it takes one step, and offers no choice
  EXPECT_FALSE(t.known.reached_by({{adder_1}}));
  EXPECT_EQ(t.run(two_adders, {{adder_1}}), std::nullopt);
  EXPECT_TRUE(t.known.reached_by({{adder_1}, {adder_0}}));
  t.known.forget();
  EXPECT_FALSE(t.known.reached_by({}));
}

// The alternatives that have not been run are not known; a wish for one that is not offered is a wish for the first.
TEST(KnownExecutions, AlternativesAreToldApart) {
  const program body = [] { norn::choose(3); };
  tree t(10'000);
  t.run(body, {{main_thread, 1}});
  EXPECT_TRUE(t.known.reached_by({{main_thread, 1}}));
  EXPECT_FALSE(t.known.reached_by({{main_thread, 2}}));
  EXPECT_FALSE(t.known.reached_by({{main_thread, 3}}));
  t.run(body, {});
  EXPECT_TRUE(t.known.reached_by({{main_thread, 3}}));
}

TEST(KnownExecutions, TakeNoMoreMemoryThanAllowed) {
  tree t(150);  // room for one step at least, and not for the four of the execution
  EXPECT_EQ(t.run(two_adders, {}), std::nullopt);
  EXPECT_GT(t.known.bytes(), 0u);
  EXPECT_LE(t.known.bytes(), 150u);
  EXPECT_FALSE(t.known.reached_by({}));
}

// Another thread, another number of alternatives, an end that comes earlier or later.
TEST(KnownExecutions, AProgramThatGoesOnInAnotherWayIsNotDeterministic) {
  int runs = 0;
  tree threads(10'000);
  const auto more_threads = [&] { run_concurrently("t", ++runs, [](int) { norn::choose(1); }); };
  EXPECT_EQ(threads.run(more_threads, {}), std::nullopt);
  EXPECT_EQ(threads.run(more_threads, {}), 1u);  // after the spawn

  const auto more_alternatives = [&] { norn::choose(static_cast<std::uint32_t>(++runs)); };
  tree alternatives(10'000);
  EXPECT_EQ(alternatives.run(more_alternatives, {}), std::nullopt);
  EXPECT_EQ(alternatives.run(more_alternatives, {}), 1u);

  const auto other_length = [](int steps) {
    return [steps] {
      for (int i = 0; i < steps; ++i) norn::choose(1);
    };
  };
  tree longer(10'000);
  EXPECT_EQ(longer.run(other_length(2), {}), std::nullopt);
  EXPECT_EQ(longer.run(other_length(3), {}), 2u);
  tree shorter(10'000);
  EXPECT_EQ(shorter.run(other_length(3), {}), std::nullopt);
  EXPECT_EQ(shorter.run(other_length(2), {}), 2u);
}

}  // namespace
}  // namespace norn
