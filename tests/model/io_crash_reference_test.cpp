// Crashes in the search: small random programs on files and locks, in two processes of one host of which one
// crashes, or the host. The exhaustive strategy is held against the naive one: the same traces, each once, and
// the same final states: what every thread had seen, and the tree that was left.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <norn/model/io/system_calls.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"
#include "io_script.hpp"

namespace norn::io_script {
namespace {

// NORN_PROGRAMS=N sets how many programs each test draws.
int programs(int by_default) {
  const char* const text = std::getenv("NORN_PROGRAMS");
  return text == nullptr ? by_default : std::atoi(text);
}

enum class struck : std::uint8_t { process, host };

struct program {
  std::vector<std::vector<instruction>> threads;
  struck crashes{};
  io::storage kind{};
};

std::string text_of(const program& p) {
  std::string text = p.crashes == struck::host ? "the host crashes" : "the first process crashes";
  text += ", storage " + std::to_string(static_cast<int>(p.kind)) + "\n";
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    for (const instruction& i : p.threads[t]) {
      text += "  thread " + std::to_string(t) + ": " + io_script::text_of(i) + "\n";
    }
  }
  return text;
}

// Each thread opens a file before anything else: a process has no descriptors when its crash is declared.
instruction draw_open(random_source& random, const shape& s) {
  instruction i = draw(random, s);
  i.what = operation::open;
  i.flags = random() % 2 == 0 ? O_RDWR | O_CREAT : O_RDWR;
  return i;
}

program draw_program(random_source& random, const shape& s, struck crashes, int threads,
                     int length) {
  program drawn;
  drawn.crashes = crashes;
  drawn.kind = static_cast<io::storage>(random() % 3);
  for (int t = 0; t < threads; ++t) {
    std::vector<instruction>& script = drawn.threads.emplace_back();
    script.push_back(draw_open(random, s));
    while (static_cast<int>(script.size()) < length) script.push_back(draw(random, s));
  }
  return drawn;
}

struct shown {
  std::vector<std::string> results;
  std::string tree = "blocked";

  std::string text() const {
    std::string all = tree;
    for (const std::string& each : results) all += "\n" + each;
    return all;
  }
};

// Threads are in the two processes by turns.
void run(const program& p, shown& seen) {
  seen = {};
  seen.results.resize(p.threads.size());
  const host server{"server"};
  io::set_storage(server, p.kind);
  process(server, "setup").run("setup", [] {
    for (const instruction& each : prologue()) run_on_model(each);
  });
  const std::vector<process> in = {process(server, "first"), process(server, "second")};
  faults world;
  if (p.crashes == struck::host) {
    world.crash(server);
  } else {
    world.crash(in[0]);
  }
  std::vector<thread> threads;
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    threads.push_back(in[t % 2].spawn("thread", [&p, &seen, t] {
      for (const instruction& each : p.threads[t]) seen.results[t] += run_on_model(each) + "; ";
    }));
  }
  for (thread& each : threads) each.join();
  world.cease();
  process(server, "look").run("look", [&] { seen.tree = tree_of_model(); });
}

void check_against_naive(std::uint64_t seed, const shape& s, struck crashes, int threads,
                         int length, int count) {
  constexpr std::size_t execution_limit = 20'000;
  random_source random(seed);
  std::size_t executions = 0;
  int skipped = 0;
  for (int n = 0; n < programs(count); ++n) {
    const program drawn = draw_program(random, s, crashes, threads, length);
    shown seen;
    const reference::observed_program observed{[&] { run(drawn, seen); },
                                               [&] { return seen.text(); }};
    runner r(runner::settings{});
    reference::naive naive(true);
    const reference::search_space expected = reference::search(observed, naive, r, execution_limit);
    ASSERT_EQ(expected.misuse, "") << "program " << n << ", " << text_of(drawn);
    if (!expected.complete) {
      ++skipped;
      continue;
    }
    exhaustive reduced;
    const reference::search_space actual = reference::search(observed, reduced, r, execution_limit);
    ASSERT_EQ(reference::difference(actual, expected), "")
        << "program " << n << ", " << text_of(drawn);
    executions += actual.executions;
  }
  std::cout << executions << " executions, " << skipped << " programs over the limit\n";
  EXPECT_LT(skipped, programs(count) / 2 + 1);
  // Even a program whose steps all commute runs once without the crash and once for each moment of it.
  EXPECT_GT(executions, 4 * static_cast<std::size_t>(programs(count) - skipped));
}

using enum operation;

const std::vector<operation> changes = {write,  pwrite, ftruncate, rename,
                                        unlink, link,   fsync,     close};
const std::vector<operation> locks = {flock, flock, setlk, setlk, write, close};

TEST(IoCrashAgainstReference, ProcessEveryOperation) {
  check_against_naive(1, {plain_paths(), 1, true}, struck::process, 2, 3, 300);
}

TEST(IoCrashAgainstReference, ProcessLocks) {
  check_against_naive(2, {{"a"}, 1, true, locks}, struck::process, 2, 3, 300);
}

TEST(IoCrashAgainstReference, ProcessThreeThreads) {
  check_against_naive(3, {{"a", "b"}, 2, true}, struck::process, 3, 2, 60);
}

TEST(IoCrashAgainstReference, HostChanges) {
  check_against_naive(4, {{"a", "b", "d/a"}, 1, true, changes}, struck::host, 2, 3, 120);
}

TEST(IoCrashAgainstReference, HostEveryOperation) {
  check_against_naive(5, {plain_paths(), 1, true}, struck::host, 2, 3, 80);
}

TEST(IoCrashAgainstReference, HostLocks) {
  check_against_naive(6, {{"a"}, 1, true, locks}, struck::host, 2, 3, 80);
}

TEST(IoCrashAgainstReference, HostThreeThreads) {
  check_against_naive(7, {{"a", "b"}, 2, true, changes}, struck::host, 3, 2, 24);
}

}  // namespace
}  // namespace norn::io_script
