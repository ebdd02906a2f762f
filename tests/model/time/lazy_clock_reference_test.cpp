// The clock is observed lazily: random programs that sleep, wait with timeouts, and read the clock in some of their
// executions or in none. The exhaustive strategy is held against the naive one, which here relies on no access.
//
// NORN_PROGRAMS=N sets how many programs each test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/mark.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>
#include <norn/model/time/sleep.hpp>

#include "against_naive.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;

enum class operation : std::uint8_t { sleep, sleep_until, lock_for, raise, read, read_if_raised };
constexpr int operations = 6;

struct instruction {
  operation what{};
  int amount = 0;
};

struct program {
  std::vector<std::vector<instruction>> threads;
  bool predicate = false;  // reads the clock
};

struct drawing {
  int threads = 2;
  int length = 3;
  bool reads = true;  // without a condition
};

program draw(std::mt19937_64& random, const drawing& d) {
  program drawn;
  for (int t = 0; t < d.threads; ++t) {
    auto& script = drawn.threads.emplace_back();
    while (static_cast<int>(script.size()) < d.length) {
      const auto what = operation(random() % operations);
      if (what != operation::read || d.reads) script.push_back({what, 1 + int(random() % 3)});
    }
  }
  drawn.predicate = random() % 8 == 0;
  return drawn;
}

std::string text_of(const program& p) {
  static constexpr const char* names[] = {"sleep", "sleep_until", "lock_for",
                                          "raise", "read",        "read_if_raised"};
  std::string text = p.predicate ? "a predicate reads the clock\n" : "\n";
  for (const auto& script : p.threads) {
    for (const instruction& i : script) {
      text += std::string(" ") + names[static_cast<int>(i.what)] + " " + std::to_string(i.amount);
    }
    text += "\n";
  }
  return text;
}

std::string time_now() { return shown(steady_clock::now().time_since_epoch()) + " "; }

std::string perform(const instruction& i, atomic<int>& raised, timed_mutex& m) {
  const std::chrono::seconds amount(i.amount);
  switch (i.what) {
    case operation::sleep:
      this_thread::sleep_for(amount);
      return {};
    case operation::sleep_until:
      this_thread::sleep_until(steady_clock::time_point(amount));
      return {};
    case operation::lock_for: {
      if (!m.try_lock_for(amount)) return "timeout ";
      m.unlock();
      return "locked ";
    }
    case operation::raise:
      raised.store(i.amount);
      return {};
    case operation::read:
      return time_now();
    case operation::read_if_raised:
      return raised.load() == i.amount ? time_now() : "";
  }
  return {};
}

void run(const program& p, std::vector<std::string>& seen) {
  seen.assign(p.threads.size(), "");
  atomic<int> raised{0};
  timed_mutex m;
  if (p.predicate) {
    always("early", [] { return steady_clock::now() < steady_clock::time_point(3s); });
  }
  run_concurrently("thread", static_cast<int>(p.threads.size()), [&](int t) {
    const auto i = static_cast<std::size_t>(t);
    for (const instruction& each : p.threads[i]) seen[i] += perform(each, raised, m);
  });
  mark("end");
}

void check_against_naive(std::uint64_t seed, const drawing& d, std::uint64_t by_default) {
  const reference::tally total = hold_against_naive<program>(
      seed, by_default, [&](std::mt19937_64& random) { return draw(random, d); }, run, text_of,
      /*skip_seen_prefixes=*/false);
  EXPECT_GT(total.executions, total.compared);
}

TEST(LazyClockAgainstReference, TwoThreads) { check_against_naive(1, {}, 150); }

TEST(LazyClockAgainstReference, ReadInSomeExecutionsOnly) {
  check_against_naive(2, {.reads = false}, 150);
}

TEST(LazyClockAgainstReference, ThreeThreads) {
  check_against_naive(3, {.threads = 3, .length = 2, .reads = false}, 40);
}

}  // namespace
}  // namespace norn
