// Traps: what has cost other searches their soundness, or their promise of one execution a trace. One
// test for each, named after it; the programs are as small as they can be. In every test the naive
// explorer agrees on the traces, the outcomes and the violated properties.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"

namespace norn {
namespace {

using names = std::set<std::string>;

struct space {
  std::size_t executions = 0;
  names outcomes;  // what the body left in its argument, in executions that deadlock too
  names violated;
};

space explored(const std::function<void(std::string& outcome)>& body) {
  std::string outcome;
  const reference::observed_program observed{[&] {
                                               outcome.clear();
                                               body(outcome);
                                             },
                                             [&] { return outcome; }};
  constexpr std::size_t execution_limit = 100'000;
  runner r(runner::settings{});
  exhaustive reduced;
  reference::naive naive(/*skip_seen_prefixes=*/true);
  const auto found = reference::search(observed, reduced, r, execution_limit);
  const auto expected = reference::search(observed, naive, r, execution_limit);
  EXPECT_TRUE(found.complete && expected.complete);
  EXPECT_EQ(reference::difference(found, expected), "");

  // The loop of the command on top of the same strategy: nothing blocked, the same count.
  explore_options options;
  options.properties = {"undecided to the end"};
  const search_result searched = explore(observed.body, options);
  EXPECT_FALSE(searched.misuse) << searched.misuse.value_or("");
  EXPECT_EQ(searched.stats.blocked, 0u);
  EXPECT_EQ(searched.stats.executions, found.executions);
  return {found.executions, found.final_states, found.violated};
}

// A table with one operation for each trap that needs one, made of points.
class table {
 public:
  // Succeeds, and writes, if the key is absent; reads otherwise.
  bool set_if_absent() {
    static constexpr operation_kind kind{"set_if_absent"};
    point p{kind, state_, source_location::current()};
    if (present_) {
      p.read(state_);
      return false;
    }
    p.write(state_);
    return present_ = true;
  }
  void erase() {
    static constexpr operation_kind kind{"erase"};
    point p{kind, state_, source_location::current()};
    p.write(state_);
    present_ = false;
  }

  // Rows by number, below 64. A range reads the gaps in it, too.
  void insert(int row) {
    static constexpr operation_kind kind{"insert"};
    point p{kind, rows_state_, source_location::current()};
    p.write(rows_state_, region::key(static_cast<std::uint64_t>(row)));
    rows_ |= std::uint64_t{1} << row;
  }
  int count(int first, int last) {
    static constexpr operation_kind kind{"count"};
    point p{kind, rows_state_, source_location::current()};
    p.read(rows_state_, {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last)});
    int found = 0;
    for (int row = first; row <= last; ++row) found += (rows_ >> row & 1) != 0 ? 1 : 0;
    return found;
  }

 private:
  object state_{"key"};
  bool present_ = false;
  object rows_state_{"rows"};
  std::uint64_t rows_ = 0;
};

// Counters that change without looking (INCRBY) commute with one another and with nothing else.
class counter {
 public:
  void add() {
    static constexpr operation_kind kind{"add"};
    point p{kind, state_, source_location::current()};
    p.update(state_, /*update_class=*/1);
    ++value_;
  }
  int get() {
    static constexpr operation_kind kind{"get"};
    point p{kind, state_, source_location::current()};
    p.read(state_);
    return value_;
  }

 private:
  object state_{"counter"};
  int value_ = 0;
};

// Two names that change places in one step.
class directory {
 public:
  void rename() {
    static constexpr operation_kind kind{"rename"};
    point p{kind, from_, source_location::current()};
    p.write(from_);
    p.write(to_);
    at_from_ = false;
    at_to_ = true;
  }
  bool has_from() { return look(from_, at_from_); }
  bool has_to() { return look(to_, at_to_); }

 private:
  static bool look(const object& name, const bool& there) {
    static constexpr operation_kind kind{"look"};
    point p{kind, name, source_location::current()};
    p.read(name);
    return there;
  }

  object from_{"name"};
  object to_{"name"};
  bool at_from_ = true;
  bool at_to_ = false;
};

// --- footprints come from outcomes ---

TEST(Traps, FailedConditionalWriteIsARead) {
  // The key is there: nobody writes.
  EXPECT_EQ(explored([](std::string&) {
              table t;
              t.set_if_absent();
              run_concurrently("thread", 3, [&](int) { t.set_if_absent(); });
            }).executions,
            1u);
  // The first of three writes, the others read.
  EXPECT_EQ(explored([](std::string&) {
              table t;
              run_concurrently("thread", 3, [&](int) { t.set_if_absent(); });
            }).executions,
            3u);
  // The same with compare-and-swap.
  EXPECT_EQ(explored([](std::string&) {
              atomic<int> x{0};
              run_concurrently("thread", 3, [&](int) {
                int expected = 0;
                x.compare_exchange_strong(expected, 1);
              });
            }).executions,
            3u);
}

// The pending operation that is reversed has another outcome, and another footprint, where it goes
// first: it is matched by thread and place, and its outcome made anew.
TEST(Traps, ReversedOperationHasAnotherOutcome) {
  const space s = explored([](std::string& outcome) {
    table t;
    bool first = false;
    bool second = false;
    run_concurrently([&] { t.erase(); }, [&] { first = t.set_if_absent(); },
                     [&] { second = t.set_if_absent(); });
    outcome = std::string(first ? "first " : "") + (second ? "second" : "");
  });
  // E erases nothing in the beginning: E 1 2, E 2 1, 1 E 2, 2 E 1, and with both of them before E,
  // 1 2 E and 2 1 E.
  EXPECT_EQ(s.executions, 6u);
  EXPECT_EQ(s.outcomes, (names{"first ", "second", "first second"}));
}

TEST(Traps, PredicateReadsTheGaps) {
  const auto insert_into = [](int row) {
    return [row](std::string& outcome) {
      table t;
      int counted = 0;
      run_concurrently([&] { t.insert(row); }, [&] { counted = t.count(10, 20); });
      outcome = std::to_string(counted);
    };
  };
  EXPECT_EQ(explored(insert_into(15)).executions, 2u);  // a phantom
  EXPECT_EQ(explored(insert_into(15)).outcomes, (names{"0", "1"}));
  EXPECT_EQ(explored(insert_into(10)).executions, 2u);
  EXPECT_EQ(explored(insert_into(20)).executions, 2u);
  EXPECT_EQ(explored(insert_into(9)).executions, 1u);
  EXPECT_EQ(explored(insert_into(21)).executions, 1u);
}

// Two looks in one step of the reader's program each: before, after, or (only the name looked at
// first) in between; that the file is at neither name, or at both, depends on the order of looking.
TEST(Traps, RenameTouchesBothNames) {
  const space s = explored([](std::string& outcome) {
    directory d;
    bool from = false;
    bool to = false;
    run_concurrently([&] { d.rename(); }, [&] { from = d.has_from(); }, [&] { to = d.has_to(); });
    outcome = std::string(from ? "from " : "") + (to ? "to" : "");
  });
  EXPECT_EQ(s.executions, 4u);
  EXPECT_EQ(s.outcomes, (names{"", "from ", "to", "from to"}));
}

TEST(Traps, UpdatesOfOneClassCommute) {
  const space s = explored([](std::string& outcome) {
    counter c;
    int seen = 0;
    run_concurrently([&] { c.add(); }, [&] { c.add(); }, [&] { seen = c.get(); });
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.executions, 4u);  // each update before the read or after it
  EXPECT_EQ(s.outcomes, (names{"0", "1", "2"}));
}

// --- enabledness ---

TEST(Traps, DisabledAwaitIsTestedAgainstEveryEarlierDependentEvent) {
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

TEST(Traps, AwaitIsEnabledByAWriteAndDisabledByTheNext) {
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

TEST(Traps, TwoLockAttemptsRaceAndUnlockNever) {
  const space s = explored([](std::string&) {
    mutex m;
    run_concurrently("thread", 3, [&](int) { const std::lock_guard own(m); });
  });
  EXPECT_EQ(s.executions, 6u);  // the orders of three critical sections, whatever their unlocks
}

TEST(Traps, BlockedThreadRacesWithWhoeverBlocksIt) {
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

TEST(Traps, BlockedThreadRacesWithAnOwnerThatHasEnded) {
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
TEST(Traps, GateStateIsRecordedNotInferred) {
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

// --- condition variables ---

// Two waits in either order. The signal before both is lost. Between them it wakes the first, whose
// return and the other's wait take the mutex in either order. After both it wakes the one or the
// other. Twice (1 + 2 + 2).
TEST(Traps, SignalConflictsWithEveryWaitAndWhoIsWokenIsAChoice) {
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
TEST(Traps, BroadcastConflictsWithEveryWait) {
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
TEST(Traps, SignalsConflictWithOneAnother) {
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

TEST(Traps, SpuriousWakeupIsAChoice) {
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
TEST(Traps, TimedWaitRacesWithTheSignal) {
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
TEST(Traps, TimeoutReplacedBySignalWithTheRelockBlockedAtTheEnd) {
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
TEST(Traps, TimedLock) {
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

// --- threads ---

TEST(Traps, CreateAndJoinAreEdgesNotRaces) {
  const space s = explored([](std::string&) {
    shared<int> x{0};
    x.set(1);
    thread child([&] {
      x.set(2);
      thread grandchild([&] { x.set(3); });
      grandchild.join();
      x.set(4);
    });
    child.join();
    x.set(5);
  });
  EXPECT_EQ(s.executions, 1u);
  EXPECT_EQ(s.violated, names{});
}

// A reversal puts the count before the join, which was enabled there. After the load and the store alone
// the join is not enabled: there the count comes first without any reversal, and it is the execution
// with the reversal that must put the store before the load.
TEST(Traps, ReversedJoinWaitsWhereItsThreadHasNotEnded) {
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

// What the creator did lies in the past of the child's first event, and not what it does later.
TEST(Traps, FirstEventInheritsTheCreatorsClock) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    int seen = 0;
    x.store(1);
    thread child([&] { seen = x.load(); });
    x.store(2);
    child.join();
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.executions, 2u);
  EXPECT_EQ(s.outcomes, (names{"1", "2"}));
}

// Children are named by their creator and their place among its children, whoever comes first.
TEST(Traps, IdentitiesAreLogical) {
  static std::size_t padding;  // moves what is allocated to other addresses in each execution
  padding = 0;
  std::vector<std::unique_ptr<char[]>> kept;
  explore_options options;
  options.properties = {"undecided to the end"};
  const search_result r = explore(
      [&] {
        kept.push_back(std::make_unique<char[]>(++padding * 64));
        run_concurrently("parent", 2, [](int) {
          auto m = std::make_unique<mutex>();
          auto x = std::make_unique<atomic<int>>(0);
          run_concurrently("child", 2, [&](int) {
            const std::lock_guard own(*m);
            x->fetch_add(1);
          });
        });
      },
      options);
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.stats.executions, 4u);  // two orders for each pair of children
}

// --- observation is access ---

TEST(Traps, ObservationIsAccess) {
  const auto pulses = [](bool observed) {
    return [observed](std::string&) {
      shared<int> x{0};
      shared<int> y{0};
      if (observed) always("not_both", [&] { return x.get() == 0 || y.get() == 0; });
      run_concurrently(
          [&] {
            x.set(1);
            x.set(0);
          },
          [&] {
            y.set(1);
            y.set(0);
          });
    };
  };
  const space unobserved = explored(pulses(false));
  EXPECT_EQ(unobserved.executions, 1u);
  EXPECT_EQ(unobserved.violated, names{});
  // Two and two steps interleave in 4!/(2! 2!) ways, and each may be told apart.
  const space observed = explored(pulses(true));
  EXPECT_EQ(observed.executions, 6u);
  EXPECT_EQ(observed.violated, names{"not_both"});
}

// Specification state orders the steps that it belongs to.
TEST(Traps, SpecificationStateIsAccess) {
  const space s = explored([](std::string& outcome) {
    auto x = std::make_unique<shared<int>>(0);
    auto y = std::make_unique<shared<int>>(0);
    ghost<std::string> log;
    run_concurrently(
        [&] {
          x->set(1);
          log += "x";
        },
        [&] {
          y->set(1);
          log += "y";
        });
    outcome = log.get();
  });
  EXPECT_EQ(s.executions, 2u);
  EXPECT_EQ(s.outcomes, (names{"xy", "yx"}));
}

// --- choice ---

TEST(Traps, EveryChoiceIsTriedWithEveryOther) {
  const space s = explored([](std::string& outcome) {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    run_concurrently([&] { a = choose(2); }, [&] { b = choose(3); });
    outcome = std::to_string(a) + std::to_string(b);
  });
  EXPECT_EQ(s.executions, 6u);  // and the two commute
  EXPECT_EQ(s.outcomes, (names{"00", "01", "02", "10", "11", "12"}));
}

// Whether there is a race at all depends on what was chosen.
TEST(Traps, ChoiceDecidesWhetherThereIsARace) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    atomic<int> y{0};
    int seen = 0;
    run_concurrently([&] { (choose(2) == 0 ? x : y).store(1); }, [&] { seen = x.load(); });
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.executions, 3u);  // x before the load or after it, or y
  EXPECT_EQ(s.outcomes, (names{"0", "1"}));
}

// --- shared locks, and several locks at once ---

// Shared acquisitions that commuted would break the search: they depend on one another, which costs
// executions and loses none.
TEST(Traps, SharedAcquisitionsDependOnOneAnother) {
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

// The memory of an object outlives it, as that of a static or of another thread's stack does.
template <class T>
struct outlived {
  T* const object = new T();
  ~outlived() { ::operator delete(object); }
};

// Whether a thread comes to its operation before the object is destroyed or after is no order that a
// trace keeps: what it announces there, guard included, must be the same.
TEST(Traps, DestructionChangesNoAnnouncement) {
  const space two = explored([](std::string&) {
    const outlived<mutex> m;
    thread destroys([&] { m.object->~mutex(); });
    thread locks([&] { m.object->lock(); });
    thread locks_too([&] { m.object->lock(); });
    destroys.join();
    locks.join();
    locks_too.join();
  });
  // After the destruction both come too late, in either order; whoever locks before it keeps the other
  // waiting for good: 2 + 2.
  EXPECT_EQ(two.executions, 4u);
  EXPECT_EQ(two.violated, (names{"no_deadlock", "no_use_after_destruction"}));

  const space twice = explored([](std::string&) {
    const outlived<mutex> m;
    atomic<int> x{0};
    thread destroys([&] { m.object->~mutex(); });
    thread locks([&] {
      m.object->lock();
      x.load();
      m.object->lock();
    });
    destroys.join();
    locks.join();
  });
  // The destruction comes before the first lock, the second, or after both.
  EXPECT_EQ(twice.executions, 3u);
  EXPECT_EQ(twice.violated, (names{"no_double_lock", "no_use_after_destruction"}));
}

// Both at once would have no first event on either: they are taken one after the other.
TEST(Traps, SeveralLocksAtOnce) {
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

}  // namespace
}  // namespace norn
