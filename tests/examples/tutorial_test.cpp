// The snippets of docs/tutorial.md and docs/concepts.md.
#include <gtest/gtest.h>

#include <norn/norn.hpp>
#include <norn/testing/norn_test.hpp>

// [fetch-add]
NORN_TEST(Counter, CountsEveryVisitInOneStep) {
  norn::atomic<int> visits{0, "visits"};
  norn::run_concurrently("visitor", 2, [&](int) { visits.fetch_add(1); });
  EXPECT_EQ(visits.load(), 2);
}
// [end]

// [mutex]
NORN_TEST(Counter, IsLocked) {
  norn::mutex m{"m"};
  norn::shared<int> visits{0, "visits"};  // a plain int, watched for data races
  norn::run_concurrently("visitor", 2, [&](int) {
    norn::lock_guard lock{m};
    visits = visits + 1;
  });
  EXPECT_EQ(visits, 2);
}
// [end]

// [race]
NORN_EXPECT_VIOLATION(Counter, ReaderWithoutLock, "no_data_race") {
  norn::mutex m{"m"};
  norn::shared<int> visits{0, "visits"};
  norn::thread writer("writer", [&] {
    norn::lock_guard lock{m};
    visits = 1;
  });
  static_cast<void>(visits.get());  // no lock
  writer.join();
}
// [end]

// [equals]
NORN_TEST(Counter, OfTenEqualVisitors) {
  norn::mutex lock;
  norn::shared<int> visits{0};
  norn::run_concurrently("visitor", 10,
                         [&](int) {
                           const std::scoped_lock held(lock);
                           visits.set(visits.get() + 1);
                         },
                         {.symmetric = true});
  EXPECT_EQ(visits.get(), 10);
}
// [end]

// [deadlock]
NORN_EXPECT_VIOLATION(Transfer, LocksInTwoOrders, "no_deadlock") {
  norn::mutex left{"left"};
  norn::mutex right{"right"};
  norn::run_concurrently(
      [&] {
        norn::lock_guard first{left};
        norn::lock_guard second{right};
      },
      [&] {
        norn::lock_guard first{right};
        norn::lock_guard second{left};
      });
}
// [end]

// [always]
NORN_TEST(Bank, NeverOverdrawn) {
  norn::mutex m{"m"};
  norn::shared<int> account{100, "account"};
  norn::always("never_overdrawn", [&] { return account >= 0; });
  norn::run_concurrently("customer", 2, [&](int) {
    norn::lock_guard lock{m};
    if (account >= 70) account = account - 70;
  });
}
// [end]

// [ghost]
NORN_TEST(Jobs, ClaimedOnce) {
  norn::atomic<bool> claimed{false, "claimed"};
  norn::ghost<int> claims{0, "claims"};  // of the test, not of the program: costs no step
  norn::run_concurrently("worker", 2, [&](int) {
    if (!claimed.exchange(true)) ++claims;
  });
  EXPECT_EQ(claims, 1);
}
// [end]

// [await]
NORN_TEST(Handover, ThroughAFlag) {
  norn::shared<int> message{0, "message"};
  norn::atomic<bool> ready{false, "ready"};
  norn::thread producer("producer", [&] {
    message = 42;
    ready.store(true, norn::memory_order_release);
  });
  norn::await_equal(ready, true);  // instead of while (!ready.load()) {}
  EXPECT_EQ(message, 42);
  producer.join();
}
// [end]

// [condition]
NORN_TEST(Handover, ThroughACondition) {
  norn::mutex m{"m"};
  norn::condition_variable changed{"changed"};
  norn::shared<bool> ready{false, "ready"};
  norn::thread producer("producer", [&] {
    norn::lock_guard lock{m};
    ready = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock{m};
    changed.wait(lock, [&] { return ready.get(); });
  }
  producer.join();
}
// [end]

// [files]
NORN_EXPECT_VIOLATION(Settings, WrittenInPlace, "every_read_is_whole") {
  norn::io::write_file("/settings", "old").value();
  norn::run_concurrently(
      [] { norn::io::write_file("/settings", "new").value(); },  // truncates, then writes
      [] {
        const std::string seen = norn::io::read_file("/settings").value();
        norn::require("every_read_is_whole", seen == "old" || seen == "new", "read: " + seen);
      });
}

NORN_TEST(Settings, Renamed) {
  norn::io::write_file("/settings", "old").value();
  norn::run_concurrently(
      [] {
        norn::io::write_file("/settings.tmp", "new").value();
        norn::io::rename("/settings.tmp", "/settings").value();
      },
      [] {
        const std::string seen = norn::io::read_file("/settings").value();
        norn::require("every_read_is_whole", seen == "old" || seen == "new", "read: " + seen);
      });
}
// [end]

// [processes]
NORN_TEST(Counter, IsLockedBetweenProcesses) {
  norn::io::write_file("/count", "0").value();
  norn::run_processes("worker", 2, [](int) {
    auto lock = norn::io::file::open("/lock", O_CREAT | O_RDWR).value();
    lock.flock(LOCK_EX).value();
    const int count = std::stoi(norn::io::read_file("/count").value());
    norn::io::write_file("/count", std::to_string(count + 1)).value();
  });  // the destructor of `lock` closes the file, which gives the lock up
  EXPECT_EQ(norn::io::read_file("/count").value(), "2");
}
// [end]

// [choose]
NORN_TEST(Semaphore, AnyNumberOfPermits) {
  const int permits = 1 + static_cast<int>(norn::choose(2));  // every value is tried
  norn::counting_semaphore<> gate{permits, "gate"};
  norn::ghost<int> inside{0, "inside"};
  norn::run_concurrently("client", 2, [&](int) {
    gate.acquire();
    ++inside;
    EXPECT_LE(inside, permits);
    norn::mark("inside");  // others may come in meanwhile
    --inside;
    gate.release();
  });
}
// [end]

// [bound]
NORN_TEST(Counter, ManyVisits, norn::options{.executions = 1'000}) {
  norn::atomic<int> visits{0, "visits"};
  norn::run_concurrently("visitor", 8, [&](int) { visits.fetch_add(1); });
  EXPECT_EQ(visits.load(), 8);
}
// [end]

// [observation]
NORN_EXPECT_VIOLATION(Observation, OrderThatOnlyAPredicateSees, "never_both") {
  norn::atomic<int> x{0, "x"};
  norn::atomic<int> y{0, "y"};
  norn::always("never_both", [&] { return x.load() == 0 || y.load() == 0; });
  norn::run_concurrently([&] { x = 1, x = 0; }, [&] { y = 1, y = 0; });
}
// [end]
