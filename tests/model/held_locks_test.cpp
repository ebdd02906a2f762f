// Held locks: every primitive that excludes others says in a narrated execution who holds it, so that a
// trace can tell it of each step.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <norn/model/io/file.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/recursive_mutex.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

counterexample trace_of(const program& body) {
  const search_result found = explore(
      [&] {
        body();
        require("seen", false);
      },
      {});
  EXPECT_FALSE(found.misuse) << *found.misuse;
  return found.properties.at(0).counterexample.value();
}

std::string text_of(const trace_step& s) {
  std::string text = s.operation + ":";
  for (const held_lock& l : s.locks) {
    text += " " + l.type + " " + l.name + (l.mode.empty() ? "" : " (" + l.mode + ")");
  }
  return text;
}

// Of steps after which the thread holds something else than before.
lines changes_in(const counterexample& c, const std::string& thread = "main") {
  lines changes;
  std::vector<held_lock> before;
  for (const trace_step& s : c.steps) {
    if (s.thread != thread) continue;
    if (s.locks != before) changes.push_back(text_of(s));
    before = s.locks;
  }
  return changes;
}

TEST(HeldLocks, OfMutexes) {
  const auto c = trace_of([] {
    mutex plain{"plain"};
    timed_mutex timed{"timed"};
    plain.lock();
    timed.try_lock_for(1ms);
    plain.unlock();
    timed.unlock();
    plain.try_lock();
    plain.unlock();
  });
  EXPECT_EQ(changes_in(c),
            (lines{"lock: mutex plain", "try_lock_until: mutex plain timed_mutex timed",
                   "unlock: timed_mutex timed", "unlock:", "try_lock: mutex plain", "unlock:"}));
  EXPECT_TRUE(c.locks.empty());
}

// Only the first level takes it, only the last lets go.
TEST(HeldLocks, OfARecursiveMutex) {
  const auto c = trace_of([] {
    recursive_mutex m{"m"};
    m.lock();
    m.lock();
    m.unlock();
    m.unlock();
  });
  EXPECT_EQ(changes_in(c), (lines{"lock: recursive_mutex m", "unlock:"}));
  EXPECT_EQ(text_of(c.steps.at(2)), "unlock: recursive_mutex m");
}

TEST(HeldLocks, OfASharedMutex) {
  const auto c = trace_of([] {
    shared_mutex m{"m"};
    m.lock_shared();
    m.unlock_shared();
    m.lock();
    m.unlock();
  });
  EXPECT_EQ(changes_in(c), (lines{"lock_shared: shared_mutex m (shared)",
                                  "unlock_shared:", "lock: shared_mutex m", "unlock:"}));
}

// A wait lets go of its mutex, and takes it again.
TEST(HeldLocks, OfAWaitOnACondition) {
  const auto c = trace_of([] {
    mutex m{"m"};
    condition_variable ready{"ready"};
    unique_lock<mutex> hold{m};
    ready.wait_for(hold, 1ms);
  });
  EXPECT_EQ(changes_in(c), (lines{"lock: mutex m", "wait:", "lock: mutex m", "unlock:"}));
}

// The lock is the description's: it goes with the last descriptor.
TEST(HeldLocks, OfFlock) {
  const auto c = trace_of([] {
    const int fd = io::open("f", O_RDWR | O_CREAT).value();
    io::flock(fd, LOCK_SH).value();
    io::flock(fd, LOCK_EX).value();
    const int other = io::dup(fd).value();
    io::close(fd).value();
    io::close(other).value();
  });
  // An exclusive lock in place of a shared one: the first of the two steps gives that one up.
  EXPECT_EQ(changes_in(c),
            (lines{"flock: flock f (shared)", "flock:", "flock: flock f", "close:"}));
}

void lock_bytes(int fd, int start, int length, short type) {
  struct ::flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = start;
  range.l_len = length;
  io::fcntl(fd, F_SETLK, range).value();
}

TEST(HeldLocks, OfRecordLocks) {
  const auto c = trace_of([] {
    const int fd = io::open("f", O_RDWR | O_CREAT).value();
    lock_bytes(fd, 0, 0, F_WRLCK);
    lock_bytes(fd, 0, 10, F_RDLCK);
    lock_bytes(fd, 20, 0, F_UNLCK);
    io::close(io::open("f", O_RDONLY).value()).value();
    io::close(fd).value();
  });
  EXPECT_EQ(
      changes_in(c),
      (lines{"fcntl: record lock f", "fcntl: record lock f (bytes 0 to 9 shared, bytes from 10)",
             "fcntl: record lock f (bytes 0 to 9 shared, bytes 10 to 19)",
             // Any descriptor of the file takes all locks of the process with it.
             "close:"}));
}

// Threads of a process do not exclude one another: each that took the lock has it, until one lets go.
TEST(HeldLocks, OfAProcessWithTwoThreads) {
  const auto c = trace_of([] {
    const process service("service");
    const auto take = [] { lock_bytes(io::open("f", O_RDWR | O_CREAT).value(), 0, 0, F_WRLCK); };
    service.spawn("first", take).join();
    service.spawn("second", take).join();
  });
  std::vector<std::string> holders;
  for (const held_lock& l : c.locks) holders.push_back(l.thread);
  EXPECT_EQ(holders, (lines{"first", "second"}));
  EXPECT_EQ(changes_in(c, "second"), (lines{"fcntl: record lock f"}));
}

}  // namespace
}  // namespace norn
