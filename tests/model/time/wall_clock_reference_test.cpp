// Wall clocks in the search: random programs that read and set the clocks of two hosts, and sleep, while the
// environment steps the clocks and crashes a process or a host. The exhaustive strategy is held against the
// naive one.
//
// NORN_PROGRAMS=N sets how many programs each test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/time/clock.hpp>
#include <norn/model/time/sleep.hpp>
#include <norn/model/time/wall_clock.hpp>

#include "against_naive.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;

enum class operation : std::uint8_t { wall_now, steady_now, sleep, set_own, set_other };

struct instruction {
  operation what{};
  int seconds = 0;
};

struct step {
  std::size_t host = 0;
  int seconds = 0;
  int times = 1;
};

struct program {
  std::vector<std::vector<instruction>> threads;  // on the two hosts by turns
  std::vector<step> steps;
  bool process_crashes = false;  // the first
  bool host_crashes = false;     // the first
};

struct drawing {
  int threads = 2;
  int length = 3;
  int steps = 1;
  int times = 1;  // at most
  bool process_crashes = false;
  bool host_crashes = false;
};

program draw(std::mt19937_64& random, const drawing& d) {
  program drawn;
  for (int t = 0; t < d.threads; ++t) {
    auto& script = drawn.threads.emplace_back();
    for (int i = 0; i < d.length; ++i) {
      // As many readings of a wall clock as of all others: they are what tells orders apart.
      const auto kind = static_cast<int>(random() % 7);
      script.push_back({kind < 5 ? operation(kind) : operation::wall_now, 1 + int(random() % 3)});
    }
  }
  for (int i = 0; i < d.steps; ++i) {
    const int by = 10 * (1 + static_cast<int>(random() % 2));
    drawn.steps.push_back({random() % 2, random() % 3 == 0 ? -by : by,
                           1 + static_cast<int>(random() % static_cast<unsigned>(d.times))});
  }
  drawn.process_crashes = d.process_crashes;
  drawn.host_crashes = d.host_crashes;
  return drawn;
}

std::string text_of(const program& p) {
  static constexpr const char* names[] = {"wall now", "steady now", "sleep", "set own",
                                          "set other"};
  std::string text = p.process_crashes ? "the first process crashes\n" : "\n";
  if (p.host_crashes) text += "the first host crashes\n";
  for (const step& each : p.steps) {
    text += "  host " + std::to_string(each.host) + " steps by " + std::to_string(each.seconds) +
            " s, times " + std::to_string(each.times) + "\n";
  }
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    text += "  thread " + std::to_string(t) + ":";
    for (const instruction& i : p.threads[t]) {
      text += std::string(" ") + names[static_cast<int>(i.what)] + " " + std::to_string(i.seconds);
    }
    text += "\n";
  }
  return text;
}

std::string wall_time() { return shown(system_clock::now().time_since_epoch()) + " "; }

std::string perform(const instruction& i, const host& own, const host& other) {
  const std::chrono::seconds amount(i.seconds);
  switch (i.what) {
    case operation::wall_now:
      return wall_time();
    case operation::steady_now:
      return "steady " + shown(steady_clock::now().time_since_epoch()) + " ";
    case operation::sleep:
      this_thread::sleep_for(amount);
      return {};
    case operation::set_own:
      set_wall_clock(own, system_clock::time_point(100 * amount));
      return {};
    case operation::set_other:
      set_wall_clock(other, system_clock::time_point(100 * amount));
      return {};
  }
  return {};
}

void run(const program& p, std::vector<std::string>& seen) {
  seen.assign(p.threads.size() + 1, "");
  const std::vector<host> hosts = {host("one"), host("two")};
  const std::vector<process> in = {process(hosts[0], "first"), process(hosts[1], "second")};
  faults world;
  if (p.process_crashes) world.crash(in[0]);
  if (p.host_crashes) world.crash(hosts[0]);
  for (const step& each : p.steps) {
    may_step_wall_clock(world, hosts[each.host], std::chrono::seconds(each.seconds), each.times);
  }
  std::vector<thread> threads;
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    threads.push_back(in[t % 2].spawn("thread", [&, t] {
      for (const instruction& each : p.threads[t]) {
        seen[t] += perform(each, hosts[t % 2], hosts[1 - t % 2]);
      }
    }));
  }
  for (thread& each : threads) each.join();
  world.cease();
  for (const host& each : hosts) {
    process(each, "look").run("look", [&] { seen.back() += wall_time(); });
  }
}

void check_against_naive(std::uint64_t seed, const drawing& d, std::uint64_t by_default) {
  const reference::tally total = hold_against_naive<program>(
      seed, by_default, [&](std::mt19937_64& random) { return draw(random, d); }, run, text_of,
      /*skip_seen_prefixes=*/true);
  EXPECT_GT(total.executions, 4 * total.compared);
}

TEST(WallClockAgainstReference, OneStep) { check_against_naive(1, {}, 100); }

TEST(WallClockAgainstReference, OneStepThreeThreads) {
  check_against_naive(2, {.threads = 3, .length = 2}, 40);
}

TEST(WallClockAgainstReference, Steps) {
  check_against_naive(3, {.length = 2, .steps = 2, .times = 2}, 40);
}

TEST(WallClockAgainstReference, StepsAndACrashOfAProcess) {
  check_against_naive(4, {.length = 2, .process_crashes = true}, 60);
}

TEST(WallClockAgainstReference, StepsAndACrashOfAHost) {
  check_against_naive(5, {.length = 2, .host_crashes = true}, 60);
}

}  // namespace
}  // namespace norn
