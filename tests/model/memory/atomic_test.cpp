#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/thread.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(Atomic, LoadsCommuteAndStoresDoNot) {
  const auto e = enumerate([](std::string&) {
    atomic<int> x{0, "x"};
    thread writes([&] { x.store(1); });
    run_concurrently("reader", 3, [&](int) { x.load(); });
    writes.join();
  });
  EXPECT_EQ(e.executions, 8u);  // each of three readers before or after the write: 2^3
}

TEST(Atomic, ReadModifyWritesAreOneStep) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    run_concurrently("thread", 3, [&](int i) { x.fetch_add(1 << i); });
    outcome = std::to_string(x.load());
  });
  EXPECT_EQ(e.executions, 6u);  // 3!
  EXPECT_EQ(e.outcomes, outcomes{"7"});
}

TEST(Atomic, ALoadAndAStoreLoseUpdates) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    run_concurrently("thread", 2, [&](int) { x = x + 1; });
    outcome = std::to_string(x);
  });
  // Loads r and stores w: w0 w1 in either order. With w0 first, r1 is before or after it, and r0 before
  // w0 by program order: 2. The same with w1 first: 4 in all.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes, (outcomes{"1", "2"}));
}

TEST(Atomic, StoreBufferingIsSequentiallyConsistent) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    atomic<int> y{0};
    int seen[2];
    thread one([&] {
      x.store(1, memory_order_relaxed);
      seen[0] = y.load(memory_order_relaxed);
    });
    thread two([&] {
      y.store(1, memory_order_relaxed);
      seen[1] = x.load(memory_order_relaxed);
    });
    one.join();
    two.join();
    outcome = std::to_string(seen[0]) + std::to_string(seen[1]);
  });
  // Two conflicts, each in either order; both loads before both stores would be a cycle.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.outcomes, (outcomes{"01", "10", "11"}));
}

TEST(Atomic, AFailedCompareExchangeIsARead) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    thread wins([&] { x.store(1); });
    bool done[2];
    run_concurrently("thread", 2, [&](int i) {
      int expected = 7;
      done[i] = x.compare_exchange_strong(expected, 8);
    });
    wins.join();
    outcome = std::to_string(done[0]) + std::to_string(done[1]);
  });
  // Both fail: each before or after the store, and they commute.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes, outcomes{"00"});
}

TEST(Atomic, CompareExchangeTellsWhatItFound) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    int found[2];
    run_concurrently("thread", 2, [&](int i) {
      int expected = 0;
      x.compare_exchange_weak(expected, i + 1);
      found[i] = expected;
    });
    outcome = std::to_string(found[0]) + std::to_string(found[1]);
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"01", "20"}));
}

enum class colour : std::uint8_t { red, green };
struct pair {
  std::int32_t first;
  std::int32_t second;
};
struct large {
  std::int64_t parts[3];
};

TEST(Atomic, HasTheOperatorsOfTheStandard) {
  const auto e = enumerate([](std::string& outcome) {
    const auto expect = [&](bool ok) { outcome += ok ? '+' : '-'; };
    atomic<std::int8_t> small{127};
    expect(small++ == 127 && small == -128);
    expect(--small == 127 && small-- == 127 && ++small == 127);
    expect((small += 2) == -127 && (small -= 2) == 127);
    expect((small &= 0x0f) == 15 && (small |= 0x10) == 31 && (small ^= 1) == 30);
    atomic<std::uint64_t> wide{std::numeric_limits<std::uint64_t>::max()};
    expect(wide.fetch_add(2) == std::numeric_limits<std::uint64_t>::max() && wide == 1);
    int array[4] = {};
    atomic<int*> at{array};
    expect(++at == array + 1 && at.fetch_sub(1) == array + 1 && (at += 3) == array + 3);
    atomic<double> real{1.5};
    expect(real.fetch_add(1.0) == 1.5 && real == 2.5);
    atomic<bool> flag;
    expect(!flag && !flag.exchange(true) && flag);
    atomic<colour> c{colour::red};
    colour red = colour::red;
    expect(c.compare_exchange_strong(red, colour::green) && c.load() == colour::green);
    atomic<pair> p{pair{1, 2}};
    pair wanted{1, 2};
    expect(p.compare_exchange_strong(wanted, {3, 4}) && p.load().second == 4);
    atomic<large> l{large{{1, 2, 3}}};
    expect(l.exchange(large{{4, 5, 6}}).parts[2] == 3 && l.load().parts[2] == 6);
    expect(!l.is_lock_free() && p.is_lock_free() && atomic<int>::is_always_lock_free);
    atomic copied = 5;
    expect((copied = 6) == 6);
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.outcomes, outcomes{std::string(13, '+')});
}

TEST(Atomic, OrdersThatMakeNoSenseAreViolations) {
  const std::function<void(atomic<int>&)> misuses[] = {
      [](atomic<int>& x) { x.load(memory_order_release); },
      [](atomic<int>& x) { x.load(memory_order_acq_rel); },
      [](atomic<int>& x) { x.store(1, memory_order_acquire); },
      [](atomic<int>& x) { x.store(1, memory_order_consume); },
      [](atomic<int>& x) { x.store(1, memory_order_acq_rel); },
      [](atomic<int>& x) { x.wait(1, memory_order_release); },
      [](atomic<int>& x) {
        int expected = 0;
        x.compare_exchange_strong(expected, 1, memory_order_seq_cst, memory_order_release);
      },
  };
  for (const auto& misuse : misuses) {
    const auto e = enumerate([&](std::string&) {
      atomic<int> x{0};
      misuse(x);
    });
    EXPECT_EQ(e.violated, properties{"valid_memory_order"});
  }
}

TEST(Atomic, APredicateReadsItWithoutAStep) {
  const auto e = enumerate([](std::string&) {
    atomic<bool> x{false};
    atomic<bool> y{false};
    always("not both", [&] { return !(x && y); });
    thread one([&] {
      x = true;
      x = false;
    });
    thread two([&] {
      y = true;
      y = false;
    });
    one.join();
    two.join();
  });
  // What is observed depends on one another: all 4!/(2!2!) orders, of which four break it.
  EXPECT_EQ(e.executions, 6u);
  EXPECT_EQ(e.violated, properties{"not both"});
}

TEST(AtomicWait, BlocksUntilNotifiedOfAChange) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    thread waits([&] {
      x.wait(0);
      outcome = "saw " + std::to_string(x.load());
    });
    thread changes([&] {
      x.store(1);
      x.notify_one();
    });
    waits.join();
    changes.join();
  });
  // It blocks before the store; or the store is first, and then notifying nobody commutes.
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, outcomes{"saw 1"});
  EXPECT_EQ(e.violated, properties{});
}

TEST(AtomicWait, AChangeWithoutNotificationMayNotBeSeen) {
  const auto e = enumerate([](std::string&) {
    atomic<int> x{0};
    thread waits([&] { x.wait(0); });
    thread changes([&] { x.store(1); });
    waits.join();
    changes.join();
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(AtomicWait, ANotificationWithoutAChangeBlocksAgain) {
  const auto e = enumerate([](std::string&) {
    atomic<int> x{0};
    thread waits([&] { x.wait(0); });
    thread changes([&] {
      x.notify_all();
      x.store(1);
      x.notify_all();
    });
    waits.join();
    changes.join();
  });
  // It blocks: before the first notification, and then again before the store, or not; between the
  // first notification and the store; or never, after the store.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(AtomicWait, NotifyOneWakesOne) {
  const auto e = enumerate([](std::string&) {
    atomic<int> x{0};
    run_concurrently([&] { x.wait(0); }, [&] { x.wait(0); },
                     [&] {
                       x.store(1);
                       x.notify_one();
                     });
  });
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(Await, RunsOnlyOnceItsConditionHolds) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    thread waits([&] { outcome = std::to_string(await(x, [](int v) { return v >= 2; })); });
    thread counts([&] {
      for (int i = 0; i < 3; ++i) ++x;
    });
    waits.join();
    counts.join();
  });
  EXPECT_EQ(e.executions, 2u);  // after the second increment or after the third
  EXPECT_EQ(e.outcomes, (outcomes{"2", "3"}));
  EXPECT_EQ(e.violated, properties{});
}

TEST(Await, MayMissAValueThatDoesNotLast) {
  // Undoing the newer of two writes alone leaves it disabled.
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> x{0};
    outcome = "missed";
    thread one([&] { x.store(1); });
    thread two([&] { x.store(2); });
    thread waits([&] {
      await_equal(x, 0);
      outcome = "seen";
    });
    one.join();
    two.join();
    waits.join();
  });
  // The writes in 2 orders; the wait before both, or never.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes, (outcomes{"seen", "missed"}));
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(Await, ComparesWithAnOperand) {
  const auto e = enumerate([](std::string& outcome) {
    atomic<int> next{0};
    run_concurrently("thread", 3, [&](int i) {
      await(next, std::greater_equal<int>{}, i);
      await_equal(next, i);
      outcome += std::to_string(i);
      ++next;
    });
    await_not_equal(next, 0);
  });
  EXPECT_EQ(e.outcomes, outcomes{"012"});
  EXPECT_EQ(e.violated, properties{});
}

}  // namespace
}  // namespace norn
