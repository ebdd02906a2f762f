// Commutation of file operations: what `dependent` calls independent commutes.
//
// Random programs of two or three threads run under a random schedule. Wherever two neighbouring steps
// of different threads are independent, the program is run again with the two swapped, and must do the
// same: each step enabled where it was, every result, every access, the final tree. And no step may
// enable or disable the operation of another thread but by writing the object that its guard is on.
//
// The exhaustive strategy is then held against the naive one on small programs of the same kind.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <norn/model/io/file.hpp>
#include <norn/model/io/system_calls.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/runner.hpp>

#include "../reference/compare.hpp"
#include "io_script.hpp"

namespace norn::io_script {

using namespace engine;
namespace {

using reference::from_environment;

// NORN_PROGRAMS=N sets how many programs each test draws; NORN_SEED=N draws others.
int programs(int by_default) {
  return static_cast<int>(
      from_environment("NORN_PROGRAMS", static_cast<std::uint64_t>(by_default)));
}

// --- programs ---

struct program {
  scripts threads;
  bool separate_processes = false;
  bool short_writes = false;
};

std::string text_of(const program& p) {
  return (p.separate_processes ? "separate processes\n" : "one process\n") + text_of(p.threads);
}

program draw_program(random_source& random, const shape& s, int threads, std::size_t length) {
  program drawn;
  drawn.separate_processes = random() % 2 == 0;
  drawn.short_writes = random() % 4 == 0;
  for (int t = 0; t < threads; ++t) drawn.threads.push_back(draw_script(random, s, length));
  return drawn;
}

void run(const program& p, shown& seen) {
  seen = shown(p.threads.size());
  io::allow_short_writes(p.short_writes);
  std::vector<process> in;
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    in.push_back(p.separate_processes ? process("process") : process::current());
    if (t != 0 && !p.separate_processes) continue;
    io::allow_short_writes(false);
    in[t].run("setup", [] {
      for (const instruction& each : prologue()) run_on_model(each);
    });
    io::allow_short_writes(p.short_writes);
  }
  std::vector<thread> threads;
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    threads.push_back(in[t].spawn("thread", [&p, &seen, t] { seen.run(t, p.threads[t]); }));
  }
  for (thread& each : threads) each.join();
  seen.tree = tree_of_model();
}

// --- running one schedule ---

struct choice {
  thread_id thread{};
  std::uint16_t alternative = 0;
};

// Follows a schedule; beyond its end, goes on at random or with the lowest thread.
class scripted : public strategy {
 public:
  explicit scripted(std::vector<choice> wanted, random_source* then = nullptr)
      : wanted_(std::move(wanted)), random_(then) {}

  bool begin_execution() override { return true; }

  thread_id choose_thread(const execution& so_far) override {
    enabled_.push_back(enabled(so_far));
    pending_.push_back(guards(so_far));
    const std::size_t step = so_far.size();
    thread_id chosen = so_far.canonical_next();
    if (step < wanted_.size()) {
      if (!so_far.is_enabled(wanted_[step].thread)) {
        refused_ = true;
        return no_thread;
      }
      chosen = wanted_[step].thread;
    } else if (random_ != nullptr) {
      const std::vector<thread_id>& all = enabled_.back();
      chosen = all[(*random_)() % all.size()];
    }
    taken_.push_back({chosen, 0});
    return chosen;
  }

  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override {
    const std::size_t step = so_far.size() - 1;
    std::uint16_t chosen = 0;
    if (step < wanted_.size()) {
      if (wanted_[step].alternative >= offered) refused_ = true;
      chosen = std::min<std::uint16_t>(wanted_[step].alternative, offered - 1);
    } else if (random_ != nullptr) {
      chosen = static_cast<std::uint16_t>((*random_)() % offered);
    }
    taken_.back().alternative = chosen;
    return chosen;
  }

  execution_kind end_execution(const execution&) override { return execution_kind::execution; }
  void restart() override {}

  const std::vector<choice>& taken() const { return taken_; }
  bool refused() const { return refused_; }
  // Before each step: who could run, and on which object each thread's guard is.
  const std::vector<std::vector<thread_id>>& enabled() const { return enabled_; }
  object_slot guard_before(std::size_t step, thread_id t) const {
    return index_of(t) < pending_[step].size() ? pending_[step][index_of(t)] : no_object;
  }

 private:
  static std::vector<thread_id> enabled(const execution& e) {
    std::vector<thread_id> all;
    for (std::size_t t = 0; t < e.thread_count(); ++t) {
      if (e.is_enabled(thread_id(t))) all.push_back(thread_id(t));
    }
    return all;
  }
  static std::vector<object_slot> guards(const execution& e) {
    std::vector<object_slot> all;
    for (std::size_t t = 0; t < e.thread_count(); ++t) {
      const bool parked = e.state(thread_id(t)) == thread_state::parked;
      all.push_back(parked ? e.pending(thread_id(t)).guard.object : no_object);
    }
    return all;
  }

  std::vector<choice> wanted_;
  random_source* random_;
  std::vector<choice> taken_;
  std::vector<std::vector<thread_id>> enabled_;
  std::vector<std::vector<object_slot>> pending_;
  bool refused_ = false;
};

// An event without its place: who, its accesses by the names of the objects.
using step_record = std::tuple<thread_id, std::uint16_t, std::string>;

step_record record_of(const execution& e, const event& each) {
  std::string accesses;
  for (const access& a : e.accesses(each)) {
    accesses += std::to_string(index_of(e.name_of(a.object))) + ":" +
                std::to_string(static_cast<int>(a.mode)) + ":" + std::to_string(a.where.first) +
                "-" + std::to_string(a.where.last) + " ";
  }
  return {each.thread, each.alternatives, accesses};
}

bool independent(const execution& e, const event& a, const event& b) {
  for (const access& x : e.accesses(a)) {
    for (const access& y : e.accesses(b)) {
      if (dependent(x, y)) return false;
    }
  }
  return true;
}

bool creates_or_joins(const event& e) {
  return std::string(e.op.kind->name) == "spawn" || std::string(e.op.kind->name) == "join";
}

class commutation {
 public:
  explicit commutation(const program& p) : program_(p), runner_(runner::settings{}) {}

  // Nothing, or what does not commute. `random` chooses the schedule.
  std::string check(random_source& random) {
    scripted first({}, &random);
    const execution& done = run_once(first);
    const shown expected = seen_;
    std::string wrong = check_enabledness(done, first);
    if (!wrong.empty()) return wrong;

    std::vector<step_record> steps;
    for (const event& each : done.events()) steps.push_back(record_of(done, each));
    std::vector<std::size_t> swaps;
    for (std::size_t i = 0; i + 1 < done.size(); ++i) {
      if (may_swap(done, i)) swaps.push_back(i);
    }
    for (const std::size_t i : swaps) {
      ++pairs;
      wrong = check_swapped(first.taken(), steps, expected, i);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  std::size_t pairs = 0;

 private:
  const execution& run_once(scripted& s) {
    s.begin_execution();
    return runner_.run([this] { run(program_, seen_); }, s);
  }

  // Creation and join order the threads by other means than accesses.
  static bool may_swap(const execution& e, std::size_t i) {
    const event& a = e.at(event_id(i));
    const event& b = e.at(event_id(i + 1));
    return a.thread != b.thread && !creates_or_joins(a) && !creates_or_joins(b) &&
           independent(e, a, b);
  }

  static std::string check_enabledness(const execution& e, const scripted& s) {
    for (std::size_t i = 0; i + 1 < s.enabled().size(); ++i) {
      const event& between = e.at(event_id(i));
      if (creates_or_joins(between)) continue;
      const std::set<thread_id> before(s.enabled()[i].begin(), s.enabled()[i].end());
      const std::set<thread_id> after(s.enabled()[i + 1].begin(), s.enabled()[i + 1].end());
      for (std::size_t t = 0; t < e.thread_count(); ++t) {
        const auto other = thread_id(t);
        if (other == between.thread || before.count(other) == after.count(other)) continue;
        if (!writes(e, between, s.guard_before(i, other))) {
          return std::string(between.op.kind->name) +
                 " opened or closed a guard without writing its object";
        }
      }
    }
    return {};
  }

  static bool writes(const execution& e, const event& by, object_slot what) {
    for (const access& a : e.accesses(by)) {
      if (a.object == what && a.mode != access_mode::read) return true;
    }
    return false;
  }

  std::string check_swapped(std::vector<choice> order, std::vector<step_record> steps,
                            const shown& expected, std::size_t i) {
    std::swap(order[i], order[i + 1]);
    std::swap(steps[i], steps[i + 1]);
    scripted second(order);
    const execution& done = run_once(second);
    const std::string where = "steps " + std::to_string(i) + " and the next, swapped";
    if (second.refused()) return where + ": a step was not enabled, or offered less";
    if (done.size() != steps.size()) return where + ": another number of steps";
    for (std::size_t n = 0; n < steps.size(); ++n) {
      const event& each = done.at(event_id(n));
      if (record_of(done, each) != steps[n]) {
        return where + ": " + each.op.kind->name + " at step " + std::to_string(n) +
               " touches other things: " + std::get<2>(record_of(done, each)) + " for " +
               std::get<2>(steps[n]);
      }
    }
    if (!independent(done, done.at(event_id(i)), done.at(event_id(i + 1)))) {
      return where + ": dependent in this order only";
    }
    if (seen_.text() != expected.text()) {
      return where + ": shows\n" + seen_.text() + "\nfor\n" + expected.text();
    }
    return {};
  }

  const program& program_;
  runner runner_;
  shown seen_;
};

void check_commutation(std::uint64_t seed, const shape& s, int threads, std::size_t length,
                       int count) {
  random_source random(seed + 1000 * from_environment("NORN_SEED", 0));
  std::size_t pairs = 0;
  for (int n = 0; n < programs(count); ++n) {
    const program drawn = draw_program(random, s, threads, length);
    commutation c(drawn);
    ASSERT_EQ(c.check(random), "") << "program " << n << ", " << text_of(drawn);
    pairs += c.pairs;
  }
  std::cout << pairs << " pairs of independent neighbours\n";
  EXPECT_GT(pairs, static_cast<std::size_t>(programs(count)));
}

using enum operation;

const std::vector<operation> data = {read, pread, write, pwrite, lseek, ftruncate, fsync, fstat};
const std::vector<operation> names = {open,  close, rename, link,    unlink,
                                      mkdir, rmdir, stat,   readdir, truncate};
const std::vector<operation> trees = {rename, rename, mkdir, rmdir, unlink, stat};
const std::vector<std::string> tree_paths = {"d",      "e",    "d/e",      "e/d",    "d/a",
                                             "d/e/..", "e/..", "d/e/../a", "e/d/..", "d/e/d"};
const std::vector<operation> locks = {flock, flock, flock, setlk, setlk, getlk, open, close, dup};

TEST(IoCommutation, EveryOperation) { check_commutation(1, {plain_paths(), 4, true}, 2, 10, 1000); }

TEST(IoCommutation, PathsOfEveryKind) {
  check_commutation(2, {varied_paths(), 4, true}, 2, 10, 1000);
}

TEST(IoCommutation, ThreeThreads) { check_commutation(3, {plain_paths(), 4, true}, 3, 8, 1000); }

TEST(IoCommutation, Data) { check_commutation(4, {{"a"}, 2, true, data}, 2, 10, 1000); }

TEST(IoCommutation, Names) { check_commutation(5, {plain_paths(), 3, true, names}, 2, 10, 1000); }

// Directories that move and vanish under paths that pass through them.
TEST(IoCommutation, Trees) { check_commutation(12, {tree_paths, 3, true, trees}, 3, 8, 1500); }

TEST(IoCommutation, Locks) { check_commutation(6, {{"a"}, 3, true, locks}, 3, 8, 2000); }

// --- the exhaustive strategy ---

void check_against_naive(std::uint64_t seed, const shape& s, int threads, std::size_t length,
                         int count) {
  random_source random(seed + 1000 * from_environment("NORN_SEED", 0));
  reference::tally total;
  for (int n = 0; n < programs(count); ++n) {
    const program drawn = draw_program(random, s, threads, length);
    shown seen;
    ASSERT_EQ(reference::compare({[&] { run(drawn, seen); }, [&] { return seen.text(); }}, total),
              "")
        << "program " << n << ", " << text_of(drawn);
  }
  std::cout << total.executions << " executions, " << total.skipped << " programs over the limit\n";
}

TEST(IoAgainstReference, EveryOperation) {
  check_against_naive(7, {plain_paths(), 3, true}, 2, 3, 300);
}

TEST(IoAgainstReference, ThreeThreads) {
  check_against_naive(8, {{"a", "d/a", "d"}, 3, true}, 3, 2, 200);
}

TEST(IoAgainstReference, Data) { check_against_naive(9, {{"a"}, 2, true, data}, 2, 4, 300); }

TEST(IoAgainstReference, Names) {
  check_against_naive(10, {plain_paths(), 2, true, names}, 2, 3, 300);
}

TEST(IoAgainstReference, Trees) {
  check_against_naive(13, {tree_paths, 2, true, trees}, 3, 2, 300);
}

// Two that unlock what they do not hold look at a gate that is open, while a third takes it: if they only read it, they
// commute, and a trace is run twice.
TEST(IoAgainstReference, UnlocksOfWhatIsNotHeld) {
  const auto flock_of = [](int how) {
    instruction i;
    i.what = operation::flock;
    i.fd = 4;
    i.flags = how;
    return i;
  };
  program p;
  p.threads = {{flock_of(LOCK_SH)}, {flock_of(LOCK_UN)}, {flock_of(LOCK_UN)}};
  reference::tally total;
  shown seen;
  EXPECT_EQ(reference::compare({[&] { run(p, seen); }, [&] { return seen.text(); }}, total), "");
}

// The same for record locks: who asks for a lock, or unlocks nothing, beside one that waits.
TEST(IoAgainstReference, LooksAtRecordLocksBesideAWaiter) {
  const auto lock = [](int command, short type) {
    struct ::flock asked {};
    asked.l_type = type;
    asked.l_whence = SEEK_SET;
    asked.l_len = 2;
    const auto done = io::fcntl(io::open("/f", O_RDWR).value(), command, asked);
    return std::to_string(done ? 0 : done.error()) + " " + std::to_string(asked.l_type) + " | ";
  };
  const std::vector<std::function<std::string()>> calls = {
      [&] { return lock(F_GETLK, F_WRLCK); },
      [&] { return lock(F_SETLK, F_UNLCK); },
      [&] { return lock(F_SETLKW, F_WRLCK); },
      [] { return io::close(io::open("/f", O_RDONLY).value()) ? "closed | " : "? | "; },
  };
  for (const auto& first : calls) {
    for (const auto& second : calls) {
      std::vector<std::string> seen;
      const auto body = [&] {
        seen.assign(3, "");
        io::write_file("/f", "ab").value();
        const std::vector<std::function<std::string()>> each = {calls[2], first, second};
        std::vector<thread> threads;
        for (std::size_t t = 0; t < each.size(); ++t) {
          threads.push_back(
              process("process").spawn("thread", [&seen, call = each[t], t] { seen[t] = call(); }));
        }
        for (thread& t : threads) t.join();
      };
      reference::tally total;
      EXPECT_EQ(reference::compare({body, [&] { return seen[0] + seen[1] + seen[2]; }}, total), "")
          << "call " << &first - calls.data() << " and call " << &second - calls.data();
    }
  }
}

TEST(IoAgainstReference, Locks) { check_against_naive(11, {{"a"}, 2, true, locks}, 3, 2, 300); }

}  // namespace
}  // namespace norn::io_script
