// Traps of waiting: what has cost other searches their soundness, or their promise of one execution a
// trace, in programs whose threads wait for one another. One test for each, named after it; the
// programs are as small as they can be. The others: traps_test.cpp, footprint_traps_test.cpp.
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/latch.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/thread.hpp>

#include "explored.hpp"

namespace norn {

using namespace engine;
namespace {

// --- enabledness ---

TEST(WaitingTraps, DisabledAwaitIsTestedAgainstEveryEarlierDependentEvent) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    run_concurrently([&] { x.store(1); }, [&] { x.store(2); },
                     [&] {
                       await_equal(x, 0);
                       outcome = "passed";
                     });
  });
  // The writers in two orders, the wait before both or never.
  EXPECT_EQ(s.executions, 4u);
  EXPECT_EQ(s.outcomes, (names{"", "passed"}));
  EXPECT_EQ(s.violated, names{"no_deadlock"});
}

TEST(WaitingTraps, AwaitIsEnabledByAWriteAndDisabledByTheNext) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    run_concurrently(
        [&] {
          x.store(1);
          x.store(0);
        },
        [&] {
          await_equal(x, 1);
          outcome = "passed";
        });
  });
  EXPECT_EQ(s.executions, 2u);  // between the two, or never
  EXPECT_EQ(s.outcomes, (names{"", "passed"}));
}

TEST(WaitingTraps, TwoLockAttemptsRaceAndUnlockNever) {
  const space s = explored([](std::string&) {
    mutex m;
    run_concurrently("thread", 3, [&](int) { const std::lock_guard own(m); });
  });
  EXPECT_EQ(s.executions, 6u);  // the orders of three critical sections, whatever their unlocks
}

TEST(WaitingTraps, BlockedThreadRacesWithWhoeverBlocksIt) {
  const space s = explored([](std::string&) {
    mutex a;
    mutex b;
    run_concurrently(
        [&] {
          const std::lock_guard first(a);
          const std::lock_guard second(b);
        },
        [&] {
          const std::lock_guard first(b);
          const std::lock_guard second(a);
        });
  });
  EXPECT_EQ(s.executions, 3u);  // one after the other, either way, and the deadlock
  EXPECT_EQ(s.violated, names{"no_deadlock"});
}

TEST(WaitingTraps, BlockedThreadRacesWithAnOwnerThatHasEnded) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    run_concurrently("thread", 2, [&](int t) {
      m.lock();
      outcome += std::to_string(t);
    });
  });
  EXPECT_EQ(s.executions, 2u);  // either keeps it for good
  EXPECT_EQ(s.outcomes, (names{"0", "1"}));
  EXPECT_EQ(s.violated, names{"no_deadlock"});
}

// What a gate's state is follows from what was recorded, not from kinds: a try_lock that failed did
// not take it, one that succeeded did.
TEST(WaitingTraps, GateStateIsRecordedNotInferred) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    run_concurrently([&] { outcome += m.try_lock() ? "a" : "-"; }, [&] { m.lock(); },
                     [&] { outcome += m.try_lock() ? "c" : "-"; });
  });
  // Whoever is first keeps it. After the lock both attempts read, in any order: one trace. After one
  // attempt the other reads and the lock is blocked: one trace each.
  EXPECT_EQ(s.executions, 3u);
  EXPECT_EQ(s.violated, names{"no_deadlock"});
}

// What is asked of a gate after a choice was asked after the default alternative, too: but there by
// another execution.
TEST(WaitingTraps, GateAfterAChoice) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    run_concurrently(
        [&] {
          m.lock();
          outcome += "first";
        },
        [&] {
          const auto chosen = choose(2);
          m.lock();
          outcome += "second" + std::to_string(chosen);
        });
  });
  EXPECT_EQ(s.executions, 4u);  // either keeps the mutex, in each of the two alternatives
  EXPECT_EQ(s.outcomes, (names{"first", "second0", "second1"}));
  EXPECT_EQ(s.violated, names{"no_deadlock"});
}

// --- condition variables ---

// Two waits in either order. The signal before both is lost. Between them it wakes the first, whose
// return and the other's wait take the mutex in either order. After both it wakes the one or the
// other. Twice (1 + 2 + 2).
TEST(WaitingTraps, SignalConflictsWithEveryWaitAndWhoIsWokenIsAChoice) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    condition_variable c;
    run_concurrently([&] { c.notify_one(); },
                     [&] {
                       std::unique_lock own(m);
                       c.wait(own);
                       outcome = "first";
                     },
                     [&] {
                       std::unique_lock own(m);
                       c.wait(own);
                       outcome = "second";
                     });
  });
  EXPECT_EQ(s.executions, 10u);
  EXPECT_EQ(s.outcomes, (names{"", "first", "second"}));
}

// As above, but after both it wakes both, and they take the mutex in either order.
TEST(WaitingTraps, BroadcastConflictsWithEveryWait) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    condition_variable c;
    run_concurrently("thread", 3, [&](int t) {
      if (t == 0) {
        c.notify_all();
      } else {
        std::unique_lock own(m);
        c.wait(own);
        outcome += std::to_string(t);
      }
    });
  });
  EXPECT_EQ(s.executions, 10u);
  EXPECT_EQ(s.outcomes, (names{"", "1", "2", "12", "21"}));
}

// Before the wait both are lost, in one trace; one before and one after, or both after, whose order
// decides which of them is heard: 1 + 2 + 2.
TEST(WaitingTraps, SignalsConflictWithOneAnother) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    condition_variable c;
    run_concurrently("thread", 3, [&](int t) {
      if (t < 2) {
        c.notify_one();
      } else {
        std::unique_lock own(m);
        c.wait(own);
        outcome = "woken";
      }
    });
  });
  EXPECT_EQ(s.executions, 5u);
  EXPECT_EQ(s.outcomes, (names{"", "woken"}));
}

// Two waits, two broadcasts and a lock; whoever takes the mutex after a wait, or by the lock, keeps it.
// The lock before both waits: 1. After one of them, the other blocked: a broadcast that hears the wait
// may be the first, the second or none, and where there is one the lock or the woken thread is next:
// 2 + 2 + 1. After both, in either order: the broadcasts have 6 places before, between and after the
// waits. Then the lock is next, or a woken thread: nobody is woken in 1 place (both before), one thread
// in 2 (the last one between), both in 3. 1 + 2 * 5 + 2 * (1 * 1 + 2 * 2 + 3 * 3).
//
// A thread that has waited for its signal is not asked as one that has been there all along.
TEST(WaitingTraps, LockRacesWithEveryWokenThread) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    condition_variable c;
    const auto wait = [&](const char* name) {
      std::unique_lock own(m);
      c.wait(own);
      outcome = name;
      own.release();
    };
    run_concurrently([&] { wait("first"); },
                     [&] {
                       m.lock();
                       outcome = "lock";
                     },
                     [&] {
                       c.notify_all();
                       c.notify_all();
                     },
                     [&] { wait("second"); });
  });
  EXPECT_EQ(s.executions, 39u);
  EXPECT_EQ(s.outcomes, (names{"first", "second", "lock"}));
}

// The same where two of the waiting threads signal, too.
TEST(WaitingTraps, WaitersSignalOneAnother) {
  explored([](std::string&) {
    mutex m;
    condition_variable c;
    const auto wait = [&] {
      std::unique_lock own(m);
      c.wait(own);
      own.release();
    };
    run_concurrently(
        [&] {
          wait();
          c.notify_all();
          c.notify_one();
        },
        [&] { wait(); }, [&] { c.notify_all(); },
        [&] {
          c.notify_one();
          wait();
        });
  });
}

TEST(WaitingTraps, SpuriousWakeupIsAChoice) {
  const auto wait_for_nobody = [](spurious_wakeups budget) {
    return [budget](std::string& outcome) {
      mutex m;
      condition_variable c{budget};
      std::unique_lock own(m);
      c.wait(own);
      outcome = "woken";
    };
  };
  EXPECT_EQ(explored(wait_for_nobody({0})).outcomes, names{""});
  EXPECT_EQ(explored(wait_for_nobody({1})).outcomes, names{"woken"});
}

// --- timeouts ---

// Nobody waits yet: the signal is lost, and the wait times out. Else the signal wakes it, or it has
// timed out before.
TEST(WaitingTraps, TimedWaitRacesWithTheSignal) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    condition_variable c;
    run_concurrently([&] { c.notify_one(); },
                     [&] {
                       std::unique_lock own(m);
                       const auto status = c.wait_for(own, std::chrono::seconds(1));
                       outcome = status == std::cv_status::timeout ? "timeout" : "woken";
                     });
  });
  EXPECT_EQ(s.executions, 3u);
  EXPECT_EQ(s.outcomes, (names{"timeout", "woken"}));
}

// The signaller keeps the mutex, so that a wait that has ended is blocked on its way back. Signaller
// first: the waiter never gets in. Waiter first: it is signalled; or it times out before the signal,
// and then comes back before the signaller gets in, or not.
TEST(WaitingTraps, TimeoutReplacedBySignalWithTheRelockBlockedAtTheEnd) {
  const space s = explored([](std::string& outcome) {
    mutex m;
    condition_variable c;
    run_concurrently(
        [&] {
          m.lock();
          c.notify_one();
          outcome += "signalled ";
        },
        [&] {
          std::unique_lock own(m);
          c.wait_for(own, std::chrono::seconds(1));
          outcome += "back ";
          own.release();
        });
  });
  EXPECT_EQ(s.executions, 4u);
  EXPECT_EQ(s.outcomes, (names{"signalled ", "back "}));
  EXPECT_EQ(s.violated, names{"no_deadlock"});
}

// A timed lock that is refused touches other objects than one that is served.
TEST(WaitingTraps, TimedLock) {
  const auto second = std::chrono::seconds(1);
  explored([&](std::string& outcome) {
    atomic<int> x{0};
    timed_mutex m;
    std::vector<std::string> served(3);
    const auto try_once = [&](std::size_t t) {
      const bool got = !m.owned_by_caller() && m.try_lock_for(second);
      served[t] += got ? "+" : "-";
      return got;
    };
    run_concurrently(
        [&] {
          x.fetch_add(1);
          m.lock();
        },
        [&] {
          x.store(5);
          try_once(1);
          try_once(1);
        },
        [&] {
          if (try_once(2)) m.unlock();
        });
    outcome = served[1] + " " + served[2];
  });
}

// --- shared locks, and several locks at once ---

// Shared acquisitions that commuted would break the search: they depend on one another, which costs
// executions and loses none.
TEST(WaitingTraps, SharedAcquisitionsDependOnOneAnother) {
  const space s = explored([](std::string&) {
    shared_mutex m;
    run_concurrently("thread", 2, [&](int) { const std::shared_lock own(m); });
  });
  EXPECT_EQ(s.executions, 6u);  // 4!/(2! 2!): a shared lock does not block a shared lock

  const space with_writer = explored([](std::string& outcome) {
    shared_mutex m;
    atomic<int> x{0};
    int seen = 0;
    run_concurrently(
        [&] {
          {
            const std::shared_lock own(m);
            seen = x.load();
          }
          x.fetch_add(1);
        },
        [&] {
          const std::lock_guard own(m);
          x.fetch_add(1);
        },
        [&] { const std::shared_lock own(m); });
    outcome = std::to_string(seen);
  });
  // The writer goes between two steps where nobody reads: 14 ways (3 places in each of the 2 orders of
  // readers without overlap, 2 in each of the 4 with it), in 7 of them after the first thread's
  // section. Then the two additions may go either way.
  EXPECT_EQ(with_writer.executions, 21u);
  EXPECT_EQ(with_writer.outcomes, (names{"0", "1"}));
}

// Both at once would have no first event on either: they are taken one after the other.
TEST(WaitingTraps, SeveralLocksAtOnce) {
  const space s = explored([](std::string& outcome) {
    timed_mutex a;
    timed_mutex b;
    atomic<int> x{0};
    atomic<int> y{0};
    int seen = 0;
    run_concurrently(
        [&] {
          a.lock();
          x.fetch_add(1);
          y.load();
          a.unlock();
        },
        [&] {
          b.lock();
          y.load();
          x.fetch_add(1);
          b.unlock();
        },
        [&] {
          x.fetch_add(1);
          { const scoped_lock both(a, b); }
          seen = x.load();
        });
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.violated, names{});
  EXPECT_EQ(s.outcomes, (names{"1", "2", "3"}));
}

// A reversal puts the count before the join, which was enabled there. After the load and the store alone
// the join is not enabled: there the count comes first without any reversal, and it is the execution
// with the reversal that must put the store before the load.
TEST(WaitingTraps, ReversedJoinWaitsWhereItsThreadHasNotEnded) {
  const space s = explored([](std::string& outcome) {
    atomic<int> begun{0};
    atomic<int> other{0};
    ghost<int> count{0};
    int seen = 0;
    thread waiter([&] {
      seen = begun.load();
      await_equal(begun, 1);
      await_equal(other, 1);
    });
    thread counter([&] {
      await_equal(begun, 1);
      ++count;
    });
    thread opens_other([&] { other.store(1); });
    thread begins([&] { begun.store(1); });
    waiter.join();
    const int counted = count;
    counter.join();
    opens_other.join();
    begins.join();
    outcome = std::to_string(seen) + std::to_string(counted);
  });
  // Load and store of `begun` in either order, the join and the count in either order: 2 * 2.
  EXPECT_EQ(s.executions, 4u);
  EXPECT_EQ(s.outcomes, (names{"00", "01", "10", "11"}));
}

// The same with a latch: where one of its arrivals is missing the waiter `x` was not overtaken, it waits.
TEST(WaitingTraps, ReversedLatchWaitsWhereItHasNotOpened) {
  const space s = explored([](std::string& outcome) {
    latch arrivals{2};
    atomic<int> last{0};
    ghost<int> passed{0};
    thread u([&] {
      arrivals.wait();
      passed = passed + 1;
    });
    thread x([&] {
      arrivals.wait();
      last.store(1);
    });
    thread v([&] {
      arrivals.count_down();
      last.store(2);
    });
    thread y([&] { arrivals.count_down(); });
    x.join();
    const int seen = passed;
    u.join();
    v.join();
    y.join();
    outcome = std::to_string(seen) + std::to_string(last.load());
  });
  // Either arrival first, either store first, the ghost's write and its reading in either order.
  EXPECT_EQ(s.executions, 8u);
  EXPECT_EQ(s.outcomes, (names{"01", "02", "11", "12"}));
}

}  // namespace
}  // namespace norn
