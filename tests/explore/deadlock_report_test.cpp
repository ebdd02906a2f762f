// Who is named as the holder of what a thread waits for at the end, and the circle that a deadlock is.
#include <norn/scheduler/explore/deadlock_report.hpp>

#include <gtest/gtest.h>

#include <norn/model/io/file.hpp>
#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/sync/call_once.hpp>
#include <norn/model/sync/latch.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/semaphore.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/sync/waiter.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

counterexample deadlock_of(const program& body) {
  explore_options options;
  options.name = "deadlock_report_test";
  options.properties = {"no_deadlock"};
  const search_result found = explore(body, options);
  EXPECT_EQ(found.properties.size(), 1u) << found.properties.back().property;
  return found.properties[0].counterexample.value_or(counterexample{});
}

// "main waits at join, held by a; ..."
std::string blocked_in(const counterexample& c) {
  std::string text;
  for (const blocked_thread& b : c.blocked_threads) {
    text += b.thread + " at " + b.operation + (b.held_by.empty() ? "" : " held by " + b.held_by);
    text += "; ";
  }
  return text;
}

// --- the circle ---

TEST(DeadlockReport, ACircleMayGoThroughTheEndOfAThread) {
  const counterexample c = deadlock_of([] {
    mutex m{"m"};
    m.lock();
    thread worker("worker", [&] { m.lock(); });
    worker.join();
  });
  EXPECT_EQ(c.message,
            "no thread can go on: main waits for the end of worker, worker waits for mutex m held "
            "by main");
}

TEST(DeadlockReport, AnObjectWithoutANameIsCalledByItsType) {
  const counterexample c = deadlock_of([] {
    mutex m;
    m.lock();
    thread worker("worker", [&] { m.lock(); });
    worker.join();
  });
  EXPECT_EQ(c.message,
            "no thread can go on: main waits for the end of worker, worker waits for mutex held by "
            "main");
}

// The owner has ended: whoever waits for it waits in no circle.
TEST(DeadlockReport, WhereThereIsNoCircleNoneIsTold) {
  const counterexample c = deadlock_of([] {
    mutex m{"m"};
    thread owner("owner", [&] { m.lock(); });
    owner.join();
    m.lock();
  });
  EXPECT_EQ(c.message, "no thread can go on");
  EXPECT_EQ(blocked_in(c), "main at lock held by owner; ");
}

// --- who holds ---

TEST(DeadlockReport, OfAMutexHandedOnTheLastOwnerHoldsIt) {
  const counterexample c = deadlock_of([] {
    mutex m{"m"};
    m.lock();
    m.unlock();
    thread owner("owner", [&] { m.lock(); });
    owner.join();
    m.lock();
  });
  EXPECT_EQ(blocked_in(c), "main at lock held by owner; ");
}

// The first reader closes the lock for writers, and has left.
TEST(DeadlockReport, OfASharedLockAReaderThatIsStillThereHoldsIt) {
  const counterexample c = deadlock_of([] {
    shared_mutex m{"m"};
    m.lock_shared();
    thread reader("reader", [&] { m.lock_shared(); });
    reader.join();
    m.unlock_shared();
    m.lock();
  });
  EXPECT_EQ(blocked_in(c), "main at lock held by reader; ");
}

TEST(DeadlockReport, OfASemaphoreWhoeverTookTheLastHoldsIt) {
  const counterexample c = deadlock_of([] {
    counting_semaphore<> places{2, "places"};
    places.acquire();
    thread taker("taker", [&] { places.acquire(); });
    taker.join();
    places.acquire();
  });
  EXPECT_EQ(blocked_in(c), "main at acquire held by taker; ");
}

// Nobody has closed what was never open, although another thread has written it.
TEST(DeadlockReport, WhatWasNeverOpenHasNoHolder) {
  const counterexample latched = deadlock_of([] {
    latch ready{2, "ready"};
    thread one("one", [&] { ready.count_down(); });
    one.join();
    ready.wait();
  });
  EXPECT_EQ(blocked_in(latched), "main at wait; ");
  const counterexample awaited = deadlock_of([] {
    atomic<int> x{0, "x"};
    thread one("one", [&] { x.store(1); });
    one.join();
    await_equal(x, 2);
  });
  EXPECT_EQ(blocked_in(awaited), "main at await; ");
}

// Of a semaphore that is used as a signal nobody holds a permit: `one` has taken what `main` gave, and waits for more.
TEST(DeadlockReport, OfASignalNobodyHoldsIt) {
  const counterexample c = deadlock_of([] {
    counting_semaphore<> items{0, "items"};
    thread one("one", [&] {
      items.acquire();
      items.acquire();
    });
    items.release();
    one.join();
  });
  EXPECT_EQ(blocked_in(c), "main at join held by one; one at acquire; ");
  EXPECT_EQ(c.message, "no thread can go on");
}

// The last permit is its own, but the other one's would do, too.
TEST(DeadlockReport, OfASemaphoreAnotherHolderComesFirst) {
  const counterexample c = deadlock_of([] {
    counting_semaphore<> places{2, "places"};
    thread taker("taker", [&] { places.acquire(); });
    taker.join();
    places.acquire();
    places.acquire();
  });
  EXPECT_EQ(blocked_in(c), "main at acquire held by taker; ");
}

TEST(DeadlockReport, OfASemaphoreAThreadMayHoldAllThatThereIs) {
  const counterexample c = deadlock_of([] {
    counting_semaphore<> places{1, "places"};
    places.acquire();
    places.acquire();
  });
  EXPECT_EQ(c.message, "no thread can go on: main waits for semaphore places held by itself");
}

// `main` has taken two and given back one.
TEST(DeadlockReport, OfASemaphorePermitsAreCounted) {
  const counterexample c = deadlock_of([] {
    counting_semaphore<> places{2, "places"};
    places.acquire();
    places.acquire();
    places.release();
    thread other("other", [&] {
      places.acquire();
      places.acquire();
    });
    other.join();
  });
  EXPECT_EQ(blocked_in(c), "main at join held by other; other at acquire held by main; ");
}

TEST(DeadlockReport, OfAFlagForCallsTheCallerHoldsIt) {
  const counterexample c = deadlock_of([] {
    once_flag first{"first"};
    once_flag second{"second"};
    run_concurrently([&] { call_once(first, [&] { call_once(second, [] {}); }); },
                     [&] { call_once(second, [&] { call_once(first, [] {}); }); });
  });
  EXPECT_EQ(c.message,
            "no thread can go on: thread/0 waits for once_flag second held by thread/1, thread/1 "
            "waits for once_flag first held by thread/0");
}

// An await takes nothing, whoever has written the atomic since it could go on.
TEST(DeadlockReport, OfAnAtomicNobodyHoldsIt) {
  const counterexample c = deadlock_of([] {
    atomic<int> x{0, "x"};
    x.store(1);
    await_equal(x, 0);
  });
  EXPECT_EQ(blocked_in(c), "main at await; ");
  EXPECT_EQ(c.message, "no thread can go on");
}

// --- what only stands for a lock ---

// Each of two sessions waits for the end of the other's transaction. Nobody ends a wait here.
TEST(DeadlockReport, WhoWaitsForWhomIsWhatTheEventsSay) {
  static constexpr engine::operation_kind begin_kind{"begin"};
  static constexpr engine::operation_kind wait_kind{"wait for the end"};
  const counterexample c = deadlock_of([] {
    const engine::object zero{"transaction", "of session 0"};
    const engine::object one{"transaction", "of session 1"};
    run_concurrently("session", 2, [&](int i) {
      const engine::object& mine = i == 0 ? zero : one;
      const engine::object& others = i == 0 ? one : zero;
      const pending_wait begun = [&] {
        engine::point p{begin_kind, mine, {}};
        p.write(mine);
        p.describe([&](engine::narration& n) { n.takes(mine); });
        return pending_wait::begin();
      }();
      const engine::point p{wait_kind, others, {}, begun.until_ended()};
    });
  });
  EXPECT_EQ(c.message,
            "no thread can go on: session/0 waits for transaction of session 1 held by session/1, "
            "session/1 waits for transaction of session 0 held by session/0");
}

// --- file locks: their words know descriptions and processes, not threads ---

io::file lock_file(const char* path) { return io::file::open(path, O_RDWR | O_CREAT).value(); }

TEST(DeadlockReport, OfAFlockTheThreadThatTookItHoldsIt) {
  const counterexample c = deadlock_of([] {
    run_concurrently("taker", 2, [](int i) {
      const auto lock = [](const char* path) {
        io::file f = lock_file(path);
        f.flock(LOCK_EX).value();
        return f;
      };
      const io::file first = lock(i == 0 ? "/a" : "/b");
      const io::file second = lock(i == 0 ? "/b" : "/a");
    });
  });
  EXPECT_EQ(blocked_in(c),
            "main at join held by taker/0; taker/0 at flock held by taker/1; taker/1 at flock held "
            "by taker/0; ");
  EXPECT_EQ(c.message,
            "no thread can go on: taker/0 waits for flock b held by taker/1, taker/1 waits for "
            "flock a held by taker/0");
}

// Another open file description is another holder, even of one thread.
TEST(DeadlockReport, AThreadMayWaitForItself) {
  const counterexample c = deadlock_of([] {
    io::file first = lock_file("/a");
    io::file second = lock_file("/a");
    first.flock(LOCK_EX).value();
    second.flock(LOCK_EX).value();
  });
  EXPECT_EQ(c.message, "no thread can go on: main waits for flock a held by itself");
}

TEST(DeadlockReport, OfASharedFlockAThreadThatStillHasItHoldsIt) {
  const counterexample c = deadlock_of([] {
    io::file writers = lock_file("/a");
    io::file mine = lock_file("/a");
    io::file others = lock_file("/a");
    mine.flock(LOCK_SH).value();
    thread reader("reader", [&] { others.flock(LOCK_SH).value(); });
    reader.join();
    mine.flock(LOCK_UN).value();
    writers.flock(LOCK_EX).value();
  });
  EXPECT_EQ(blocked_in(c), "main at flock held by reader; ");
}

// Locks of fcntl are of processes: a thread of another one waits.
TEST(DeadlockReport, OfARecordLockTheThreadThatTookItHoldsIt) {
  const auto lock = [](const io::file& f, short start) {
    struct ::flock range {};
    range.l_type = F_WRLCK;
    range.l_start = start;
    range.l_len = 1;
    io::fcntl(f.fd(), F_SETLKW, range).value();
  };
  const counterexample c = deadlock_of([lock] {
    run_processes("taker", 2, [lock](int i) {
      const io::file f = lock_file("/a");
      lock(f, i == 0 ? short{0} : short{1});
      lock(f, i == 0 ? short{1} : short{0});
    });
  });
  EXPECT_EQ(blocked_in(c),
            "main at join held by taker/0; taker/0 at fcntl held by taker/1; taker/1 at fcntl held "
            "by taker/0; ");
}

// Each of three processes holds a byte, and waits for that of the next: for the next process, not for the third, which holds
// another part of the same file.
TEST(DeadlockReport, OfARecordLockTheThreadThatHasTheseBytesHoldsIt) {
  const auto lock = [](const io::file& f, int start) {
    struct ::flock range {};
    range.l_type = F_WRLCK;
    range.l_start = start;
    range.l_len = 1;
    io::fcntl(f.fd(), F_SETLKW, range).value();
  };
  const counterexample c = deadlock_of([lock] {
    run_processes("taker", 3, [lock](int i) {
      const io::file f = lock_file("/a");
      lock(f, i);
      lock(f, (i + 1) % 3);
    });
  });
  EXPECT_EQ(blocked_in(c),
            "main at join held by taker/0; taker/0 at fcntl held by taker/1; taker/1 at fcntl held "
            "by taker/2; taker/2 at fcntl held by taker/0; ");
}

}  // namespace
}  // namespace norn
