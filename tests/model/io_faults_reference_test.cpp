// Faults in the search: small random programs on files and locks, in two processes of one host. Processes
// crash, or the host; calls fail, the disk fills up. The exhaustive strategy is held against the naive one: the
// same traces, each once, and the same final states: what every thread had seen, and the tree that was left.
//
// NORN_PROGRAMS=N sets how many programs each test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include <norn/model/io/system_calls.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>

#include "../reference/compare.hpp"
#include "io_script.hpp"

namespace norn::io_script {

using namespace engine;
namespace {

// How often each may strike. The first process is started again, where there is a script for that.
struct budget {
  int first = 0;  // crashes of the first process
  int second = 0;
  int host = 0;
  int io_errors = 0;
  bool disk_full = false;
};

struct program {
  scripts threads;
  instructions again;
  budget faults;
  io::storage kind{};
};

std::string text_of(const program& p) {
  const budget& f = p.faults;
  std::string text = "crashes of the first process " + std::to_string(f.first) +
                     ", of the second " + std::to_string(f.second) + ", of the host " +
                     std::to_string(f.host) + "; I/O errors " + std::to_string(f.io_errors) +
                     (f.disk_full ? "; the disk fills up" : "");
  text += "; storage " + std::to_string(static_cast<int>(p.kind)) + "\n" + text_of(p.threads);
  return p.again.empty() ? text : text + "started again\n" + text_of(scripts{p.again});
}

// Each thread opens a file before anything else: a process has no descriptors when its crash is declared.
instructions draw_thread(random_source& random, const shape& s, std::size_t length) {
  instruction open = draw(random, s);
  open.what = operation::open;
  open.flags = random() % 2 == 0 ? O_RDWR | O_CREAT : O_RDWR;
  instructions drawn{open};
  for (const instruction& each : draw_script(random, s, length - 1)) drawn.push_back(each);
  return drawn;
}

void declare(const program& p, faults& world, const host& server, const std::vector<process>& in,
             shown& seen) {
  const budget& f = p.faults;
  faults::restart again;
  if (!p.again.empty()) {
    again = [&](const process& anew) {
      anew.run("again", [&] { seen.run(p.threads.size(), p.again); });
    };
  }
  if (f.host != 0) world.crash(server, f.host);
  if (f.first != 0) world.crash(in[0], f.first, again);
  if (f.second != 0) world.crash(in[1], f.second);
  if (f.io_errors != 0) io::may_fail(world, server, f.io_errors);
  if (f.disk_full) io::may_fill_up(world, server);
}

// Threads are in the two processes by turns.
void run(const program& p, shown& seen) {
  seen = shown(p.threads.size() + 1);
  const host server{"server"};
  io::set_storage(server, p.kind);
  process(server, "setup").run("setup", [] {
    for (const instruction& each : prologue()) run_on_model(each);
  });
  const std::vector<process> in = {process(server, "first"), process(server, "second")};
  faults world;
  declare(p, world, server, in, seen);
  std::vector<thread> threads;
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    threads.push_back(in[t % 2].spawn("thread", [&p, &seen, t] { seen.run(t, p.threads[t]); }));
  }
  for (thread& each : threads) each.join();
  world.cease();
  process(server, "look").run("look", [&] { seen.tree = tree_of_model(); });
}

struct drawing {
  shape from;
  budget faults;
  int threads = 2;
  std::size_t length = 3;
  std::size_t again = 0;  // the length of what is started again
};

void check_against_naive(std::uint64_t seed, const drawing& d, std::uint64_t by_default) {
  random_source random(seed + 1000 * reference::from_environment("NORN_SEED", 0));
  reference::tally total;
  const std::uint64_t programs = reference::from_environment("NORN_PROGRAMS", by_default);
  for (std::uint64_t n = 0; n < programs; ++n) {
    program drawn;
    drawn.faults = d.faults;
    drawn.kind = static_cast<io::storage>(random() % 3);
    for (int t = 0; t < d.threads; ++t) {
      drawn.threads.push_back(draw_thread(random, d.from, d.length));
    }
    drawn.again = draw_script(random, d.from, d.again);
    shown seen;
    ASSERT_EQ(reference::compare({[&] { run(drawn, seen); }, [&] { return seen.text(); }}, total),
              "")
        << "program " << n << ", " << text_of(drawn);
  }
  std::cout << total.compared << " programs, " << total.executions << " executions, "
            << total.probes << " probes, " << total.skipped
            << " programs over the reference's limit\n";
  EXPECT_GE(total.compared, total.skipped);
  // A program whose steps all commute runs once without the fault and once for most moments of it.
  EXPECT_GT(total.executions, 4 * total.compared);
}

using enum operation;

const std::vector<operation> changes = {write,  pwrite, ftruncate, rename,
                                        unlink, link,   fsync,     close};
const std::vector<operation> locks = {flock, flock, setlk, setlk, write, close};
const std::vector<operation> transfers = {read,  pread,     write,    pwrite, fsync,
                                          fsync, ftruncate, truncate, lseek};
const std::vector<operation> growth = {write, pwrite, open,   link, mkdir,
                                       write, rename, unlink, stat, truncate};

TEST(IoCrashAgainstReference, ProcessEveryOperation) {
  check_against_naive(1, {{plain_paths(), 1, true}, {.first = 1}}, 300);
}

TEST(IoCrashAgainstReference, ProcessLocks) {
  check_against_naive(2, {{{"a"}, 1, true, locks}, {.first = 1}}, 300);
}

TEST(IoCrashAgainstReference, ProcessThreeThreads) {
  check_against_naive(3, {{{"a", "b"}, 2, true}, {.first = 1}, 3, 2}, 60);
}

TEST(IoCrashAgainstReference, BothProcesses) {
  check_against_naive(8, {{plain_paths(), 1, true}, {.first = 1, .second = 1}}, 24);
}

TEST(IoCrashAgainstReference, BothProcessesLocks) {
  check_against_naive(9, {{{"a"}, 1, true, locks}, {.first = 1, .second = 1}}, 24);
}

TEST(IoCrashAgainstReference, ProcessTwice) {
  check_against_naive(10, {{plain_paths(), 1, true}, {.first = 2}, 2, 2, 1}, 12);
}

TEST(IoCrashAgainstReference, ProcessTwiceLocks) {
  check_against_naive(11, {{{"a"}, 1, true, locks}, {.first = 2}, 2, 2, 1}, 12);
}

TEST(IoCrashAgainstReference, HostChanges) {
  check_against_naive(4, {{{"a", "b", "d/a"}, 1, true, changes}, {.host = 1}}, 60);
}

TEST(IoCrashAgainstReference, HostEveryOperation) {
  check_against_naive(5, {{plain_paths(), 1, true}, {.host = 1}}, 40);
}

TEST(IoCrashAgainstReference, HostLocks) {
  check_against_naive(6, {{{"a"}, 1, true, locks}, {.host = 1}}, 80);
}

TEST(IoCrashAgainstReference, HostThreeThreads) {
  check_against_naive(7, {{{"a", "b"}, 2, true, changes}, {.host = 1}, 3, 2}, 12);
}

TEST(IoCrashAgainstReference, ProcessAndHost) {
  check_against_naive(12, {{{"a", "d/a"}, 1, true, changes}, {.second = 1, .host = 1}, 2, 2}, 24);
}

TEST(IoErrorsAgainstReference, EveryOperation) {
  check_against_naive(13, {{plain_paths(), 1, true}, {.io_errors = 1}}, 120);
}

TEST(IoErrorsAgainstReference, Transfers) {
  check_against_naive(14, {{{"a"}, 1, true, transfers}, {.io_errors = 1}}, 120);
}

TEST(IoErrorsAgainstReference, TwoErrors) {
  check_against_naive(15, {{{"a", "b"}, 1, true, transfers}, {.io_errors = 2}}, 60);
}

TEST(IoErrorsAgainstReference, FullDisk) {
  check_against_naive(16, {{plain_paths(), 1, true, growth}, {.disk_full = true}}, 120);
}

TEST(IoErrorsAgainstReference, ErrorAndFullDisk) {
  check_against_naive(
      17, {{{"a", "d/b"}, 1, true, growth}, {.io_errors = 1, .disk_full = true}, 2, 2}, 60);
}

TEST(IoErrorsAgainstReference, ErrorAndCrashOfTheProcess) {
  check_against_naive(18, {{{"a"}, 1, true, transfers}, {.first = 1, .io_errors = 1}, 2, 2}, 60);
}

// What a failed fsync leaves.
TEST(IoErrorsAgainstReference, ErrorAndCrashOfTheHost) {
  check_against_naive(
      19, {{{"a"}, 1, true, {write, pwrite, fsync, fsync}}, {.host = 1, .io_errors = 1}, 2, 2}, 24);
}

TEST(IoErrorsAgainstReference, FullDiskAndCrashOfTheHost) {
  check_against_naive(20, {{{"a", "b"}, 1, true, growth}, {.host = 1, .disk_full = true}, 2, 2},
                      24);
}

}  // namespace
}  // namespace norn::io_script
