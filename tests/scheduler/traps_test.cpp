// Traps: what has cost other searches their soundness, or their promise of one execution a trace. One
// test for each, named after it; the programs are as small as they can be. Here: what a thread is, what a
// property can tell apart, and choice. What an operation touches: footprint_traps_test.cpp. What threads
// wait for: waiting_traps_test.cpp.
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/semaphore.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/point.hpp>

#include "explored.hpp"

namespace norn {

using namespace engine;
namespace {

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

// A thread takes no part before it is created, whatever its number. The child has its number from the
// execution in which nobody else is created before it; in the other, later threads come earlier.
TEST(Traps, ThreadOfALowNumberMayBeCreatedLate) {
  const space s = explored([](std::string&) {
    atomic<int> x{0};
    atomic<int> y{0};
    atomic<bool> go{false};
    const bool alone = choose(2) == 0;
    thread parent([&] {
      if (!alone) {
        x.fetch_add(1);
        await_equal(go, true);
      }
      thread child([&] { y.store(1); });
      child.join();
    });
    if (alone) return parent.join();
    thread bystander([&] { y.load(); });
    thread other([&] {
      x.fetch_add(1);
      go.store(true);
    });
    parent.join();
    bystander.join();
    other.join();
  });
  // Alone: 1. Else the additions in two orders, and the load before the child's store or after it.
  EXPECT_EQ(s.executions, 5u);
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

// A thread that has failed does nothing more, whatever it was about to do.
TEST(Traps, HaltedThreadHasNoNextOperation) {
  const space s = explored([](std::string&) {
    atomic<int> x{0};
    atomic<int> y{0};
    mutex m;
    run_concurrently([&] { m.unlock(); },  // misuse: nobody holds it
                     [&] {
                       x.fetch_add(1);
                       y.fetch_add(1);
                     },
                     [&] { x.fetch_add(1); });
  });
  EXPECT_EQ(s.executions, 2u);
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

// A compare-exchange that succeeds changes what the predicate reads, one that fails does not. After the
// store of x it fails: the stores in two orders. Before it, the three are ordered: 3 places for y's.
TEST(Traps, ObservationMayDependOnTheOutcome) {
  const space s = explored([](std::string&) {
    atomic<int> x{0};
    atomic<int> y{0};
    always("small", [&] { return x.load() < 3 && y.load() < 3; });
    run_concurrently([&] { x.store(1); },
                     [&] {
                       int expected = 0;
                       x.compare_exchange_strong(expected, 2);
                     },
                     [&] { y.store(1); });
  });
  EXPECT_EQ(s.executions, 5u);
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

// What a thread does with it before its first operation joins no step, least of all the creation: others of
// its group may come before it.
TEST(Traps, SpecificationStateBeforeTheFirstOperationIsAStep) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    ghost<int> stored{0};
    int seen = -1;
    run_concurrently(
        [&] {
          x.store(1);
          stored = 1;
        },
        [&] { seen = stored; });
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.executions, 2u);  // the store, which the write joins, before the reading or after it
  EXPECT_EQ(s.outcomes, (names{"0", "1"}));
}

// Where it is a step of its own, a thread can be killed before it: then it has not happened.
TEST(Traps, SpecificationStateOfAKilledThreadStaysAsItIs) {
  for (const bool locks : {false, true}) {
    const space s = explored([locks](std::string& outcome) {
      mutex m;
      atomic<int> x{0};
      ghost<int> started{0};
      process worker("worker");
      faults f;
      f.crash(worker, 1);
      thread t = worker.spawn("t", [&] {
        if (locks) m.lock();
        ++started;
        x.fetch_add(1);
        if (locks) m.unlock();
      });
      t.join();
      outcome = std::to_string(started.get());
    });
    EXPECT_EQ(s.outcomes, (names{"0", "1"}));
    EXPECT_EQ(s.violated, names{});
  }
}

// Nor does it read it, and what would follow from that does not happen either.
TEST(Traps, AKilledThreadDoesNotReadSpecificationState) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    ghost<int> stored{0};
    int seen = -1;
    process worker("worker");
    faults f;
    f.crash(worker, 1);
    thread t = worker.spawn("t", [&] { seen = stored; });
    x.store(1);
    stored = 1;
    t.join();
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.outcomes, (names{"-1", "0", "1"}));
}

// A thread that was to be started, but whose body could not be copied, is nobody to be killed.
TEST(Traps, ACrashAfterAThreadThatDidNotStart) {
  struct never_copied {
    never_copied() = default;
    never_copied(const never_copied&) { throw std::runtime_error("not copied"); }
    void operator()() const {}
  };
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    process worker("worker");
    faults f;
    f.crash(worker, 1);
    thread t = worker.spawn("t", [&] {
      x.store(1);
      try {
        const never_copied body;
        const thread other(body);
      } catch (const std::runtime_error&) {
        x.store(2);
      }
    });
    t.join();
    outcome = std::to_string(x.load());
  });
  EXPECT_EQ(s.outcomes, (names{"0", "1", "2"}));
  EXPECT_EQ(s.violated, names{});
}

// The load that sees 0 is noted, the other not. The store first: the two are independent. The other first
// of all, then the store: 1. The load first, then the store: 1. Both before the store: their two orders.
TEST(Traps, SpecificationStateMayDependOnTheOutcome) {
  const space s = explored([](std::string& outcome) {
    auto x = std::make_unique<atomic<int>>(0);
    ghost<std::string> log;
    run_concurrently([&] { x->store(1); },
                     [&] {
                       if (x->load() == 0) log += "zero ";
                     },
                     [&] {
                       x->load();
                       log += "any ";
                     });
    outcome = log.get();
  });
  EXPECT_EQ(s.executions, 5u);
  EXPECT_EQ(s.outcomes, (names{"any ", "zero any ", "any zero "}));
}

// The same where no load is noted in the first execution: what was concluded there does not stand. The
// load after the store: 1. Before it, it is noted before the addition or after it: 2.
TEST(Traps, SpecificationStateMayTurnUpLater) {
  const space s = explored([](std::string& outcome) {
    auto x = std::make_unique<atomic<int>>(0);
    auto y = std::make_unique<atomic<int>>(0);
    ghost<std::string> log;
    run_concurrently([&] { x->store(1); },
                     [&] {
                       if (x->load() == 0) log += "zero ";
                     },
                     [&] {
                       y->fetch_add(1);
                       log += "any ";
                     });
    outcome = log.get();
  });
  EXPECT_EQ(s.executions, 3u);
  EXPECT_EQ(s.outcomes, (names{"any ", "zero any ", "any zero "}));
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

// What a race needs may reach far beyond events that it does not need; only when there is no such gap is
// the rest of an execution what would have been run next. The addition to a goes before or after the load,
// the one to b before or after each of two loads; and the choice: 2 * 2 * 2 * 2.
TEST(Traps, ChoiceInAGapOfARace) {
  const space s = explored([](std::string&) {
    atomic<int> own{0};
    atomic<int> a{0};
    atomic<int> b{0};
    run_concurrently(
        [&] {
          thread child([&] {
            own.fetch_add(1);
            a.load();
          });
          b.fetch_add(1);
          child.join();
        },
        [&] {
          thread child([&] {
            a.fetch_add(1);
            b.load();
          });
          b.load();
          choose(2);
          child.join();
        });
  });
  EXPECT_EQ(s.executions, 16u);
}

// Each of the two draws first, and draws one of two.
TEST(Traps, BothOperationsOfARaceChoose) {
  const space s = explored([](std::string& outcome) {
    object urn{"urn"};
    run_concurrently("thread", 2, [&](int t) {
      static constexpr operation_kind kind{"draw"};
      point p{kind, urn, source_location::current()};
      p.write(urn);
      outcome += std::to_string(t) + std::to_string(p.choose(2)) + " ";
    });
  });
  EXPECT_EQ(s.executions, 8u);
  EXPECT_EQ(s.outcomes.size(), 8u);
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

// The memory of an object outlives it, as that of a static or of another thread's stack does.
template <class T>
struct outlived {
  template <class... Arguments>
  explicit outlived(Arguments... arguments) : object(new T(arguments...)) {}

  T* const object;
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

// What is refused because its object is gone is still an event on the gate, whoever comes.
TEST(Traps, RefusalsAfterADestructionDependOnOneAnother) {
  const space s = explored([](std::string&) {
    const outlived<counting_semaphore<>> gate(0);
    thread destroys([&] {
      gate.object->~counting_semaphore();
      gate.object->acquire();
    });
    thread releases([&] { gate.object->release(); });
    thread releases_twice([&] {
      gate.object->release();
      gate.object->release();
    });
    destroys.join();
    releases.join();
    releases_twice.join();
  });
  // By how many of the two threads' releases come before the destruction; a thread ends with its first
  // refusal, and the acquisition is refused only where something was released:
  //   none       2!    one of the second's  3!    both of the second's  2!
  //   the first  2!    one of each       2 * 2!    all                   3
  EXPECT_EQ(s.executions, 19u);
  EXPECT_EQ(s.violated, names{"no_use_after_destruction"});
}

}  // namespace
}  // namespace norn
