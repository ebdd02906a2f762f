// How soon each strategy meets a violation: every check that is declared violated, and cases that are known to be
// hard. A table in Markdown, for docs/performance.md. It counts, and takes no times: the same on any machine.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <norn/norn.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/bounded.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/scheduler/strategy/in_turns.hpp>
#include <norn/scheduler/strategy/random_walk.hpp>
#include <norn/specs/kit/check.hpp>
#include <norn/tests/scheduler/classic_programs.hpp>

namespace norn {

using namespace engine;
namespace {

constexpr std::uint64_t most_executions = 20'000;
constexpr std::uint64_t most_steps = 500'000;

struct effort {
  std::uint64_t executions = 0;  // with the one that is violated, and those that are cut off
  std::uint64_t steps = 0;
};

using make_strategy = std::function<std::unique_ptr<strategy>()>;

// None where there is no violation within the bounds.
std::optional<effort> until_violated(const program& body, const std::string& property,
                                     const make_strategy& make) {
  effort spent;
  const std::unique_ptr<strategy> s = make();
  runner r(runner::settings{});
  while (spent.executions < most_executions && spent.steps < most_steps && s->begin_execution()) {
    const execution& done = r.run(body, *s);
    ++spent.executions;
    spent.steps += done.size();
    const auto& found = r.violations();
    if (std::any_of(found.begin(), found.end(),
                    [&](const violation& v) { return v.property == property; })) {
      return spent;
    }
    if (r.observed_more()) {
      s->restart();
    } else {
      s->end_execution(done);
    }
  }
  return std::nullopt;
}

// --- hard cases ---

// Two locks in two orders, the second thread after `steps` of its own. A walk that chooses evenly has to hold the
// first thread back all the while: one execution in 2^(steps + 1) / (steps + 2).
program late_deadlock(int steps) {
  return [steps] {
    mutex a{"a"};
    mutex b{"b"};
    atomic<int> mine{0, "mine"};
    thread first{[&] {
      const std::scoped_lock both_a(a);
      const std::scoped_lock both_b(b);
    }};
    thread second{[&] {
      for (int i = 0; i < steps; ++i) mine.fetch_add(1);
      const std::scoped_lock both_b(b);
      const std::scoped_lock both_a(a);
    }};
    first.join();
    second.join();
  };
}

// The same beside two threads that race all the while and have nothing to do with it.
program deadlock_in_noise(int noise) {
  return [noise] {
    mutex a{"a"};
    mutex b{"b"};
    atomic<int> x{0, "x"};
    const auto races = [&] {
      for (int i = 0; i < noise; ++i) x.store(x.load() + 1);
    };
    thread one{races};
    thread other{races};
    thread first{[&] {
      const std::scoped_lock both_a(a);
      const std::scoped_lock both_b(b);
    }};
    thread second{[&] {
      const std::scoped_lock both_b(b);
      const std::scoped_lock both_a(a);
    }};
    one.join();
    other.join();
    first.join();
    second.join();
  };
}

// Two threads have to take turns at each step: `rounds` times, twice as many preemptions.
program strict_alternation(int rounds) {
  return [rounds] {
    atomic<int> turns{0, "turns"};
    const auto takes = [&](int first) {
      for (int i = 0; i < rounds; ++i) {
        int expected = 2 * i + first;
        if (!turns.compare_exchange_strong(expected, expected + 1)) return;
      }
    };
    thread even{[&] { takes(0); }};
    thread odd{[&] { takes(1); }};
    even.join();
    odd.join();
    require("not_in_turns", turns.load() < 2 * rounds);
  };
}

// --- the table ---

constexpr std::array<const char*, 4> strategies = {"exhaustive", "bounded", "in turns", "random"};
using efforts = std::array<std::optional<effort>, strategies.size()>;

bool is_less(const std::optional<effort>& x, const std::optional<effort>& y) {
  const auto key = [](const std::optional<effort>& e) { return e ? e->executions : UINT64_MAX; };
  return key(x) < key(y);
}

std::optional<effort> median(std::vector<std::optional<effort>> all) {
  std::sort(all.begin(), all.end(), is_less);
  return all[all.size() / 2];
}

// The median of five walks.
std::optional<effort> by_walks(const program& body, const std::string& property) {
  std::vector<std::optional<effort>> walks;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    walks.push_back(
        until_violated(body, property, [&] { return std::make_unique<random_walk>(seed); }));
  }
  return median(std::move(walks));
}

std::unique_ptr<strategy> turns() {
  return std::make_unique<in_turns>(std::make_unique<bounded>(usual_preemptions),
                                    std::make_unique<exhaustive>());
}

efforts by_each(const program& body, const std::string& property) {
  return {
      until_violated(body, property, [] { return std::make_unique<exhaustive>(); }),
      until_violated(body, property, [] { return std::make_unique<bounded>(usual_preemptions); }),
      until_violated(body, property, turns), by_walks(body, property)};
}

void print_row(const std::string& name, const efforts& all) {
  fmt::print("| {} |", name);
  for (const std::optional<effort>& e : all) {
    fmt::print(" {} |", e ? fmt::format("{} ({})", e->executions, e->steps) : "none");
  }
  fmt::print("\n");
  std::fflush(stdout);
}

void print_head(const char* what) {
  fmt::print("| {} | {} |\n|---|---|---|---|---|\n", what, fmt::join(strategies, " | "));
}

void hard_cases() {
  const auto row = [](const char* name, const program& body, const char* property) {
    print_row(name, by_each(body, property));
  };
  print_head("hard case");
  row("late_deadlock(20)", late_deadlock(20), "no_deadlock");
  row("deadlock_in_noise(4)", deadlock_in_noise(4), "no_deadlock");
  row("deadlock_in_noise(8)", deadlock_in_noise(8), "no_deadlock");
  row("strict_alternation(8)", strict_alternation(8), "not_in_turns");
  row("dining_philosophers(6)", classic::dining_philosophers(6), "no_deadlock");
  row("peterson_announced_late", classic::peterson_announced_late(), "mutual_exclusion");
}

void declared_checks() {
  std::vector<efforts> all;
  fmt::print("\n");
  print_head("check");
  for (const kit::declared_search& s : kit::registered_searches()) {
    for (const kit::expectation& e : s.expects) {
      if (e.verdict != conclusion::violated) continue;
      all.push_back(by_each(s.body, e.property));
      print_row(s.name() + ":" + e.property, all.back());
    }
  }
  efforts medians;
  efforts worst;
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    std::vector<std::optional<effort>> column;
    for (const efforts& each : all) column.push_back(each[i]);
    medians[i] = median(column);
    worst[i] = *std::max_element(column.begin(), column.end(), is_less);
  }
  fmt::print("\n");
  print_head(fmt::format("all {} of them", all.size()).c_str());
  print_row("median", medians);
  print_row("most", worst);
}

}  // namespace
}  // namespace norn

int main() {
  norn::hard_cases();
  norn::declared_checks();
}
