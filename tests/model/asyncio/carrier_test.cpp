// Locks of threads, used by the tasks that one thread carries: who owns them is the thread.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include <norn/norn.hpp>

namespace norn {
namespace {

namespace aio = asyncio;
using namespace std::chrono_literals;

std::string message_of(const search_result& found, const std::string& property) {
  for (const property_verdict& p : found.properties) {
    if (p.property == property) return p.message;
  }
  return "not violated";
}

// The lock does not keep the tasks of a loop apart, as threading.RLock does not: both are in at once.
TEST(CarriedTasks, ARecursiveMutexIsOfTheThread) {
  int most = 0;
  const search_result found = explore(
      [&] {
        aio::run([&] {
          recursive_mutex lock;
          int inside = 0;
          const auto enter = [&] {
            lock.lock();
            most = std::max(most, ++inside);
            aio::sleep(0s);
            --inside;
            lock.unlock();
          };
          const auto first = aio::create_task("first", enter);
          const auto second = aio::create_task("second", enter);
          first.await();
          second.await();
        });
      },
      {});
  EXPECT_EQ(found.misuse, std::nullopt);
  EXPECT_EQ(found.stats.executions, 1U);
  EXPECT_EQ(most, 2);
}

// Two loops are two threads: the lock keeps their tasks apart.
TEST(CarriedTasks, ARecursiveMutexIsNotOfTwoThreads) {
  int most = 0;
  const search_result found = explore(
      [&] {
        recursive_mutex lock;
        shared<int> inside{0};
        run_concurrently("loop", 2, [&](int) {
          aio::run([&] {
            lock.lock();
            inside.set(inside.get() + 1);
            most = std::max(most, inside.get());
            inside.set(inside.get() - 1);
            lock.unlock();
          });
        });
      },
      {});
  EXPECT_EQ(found.misuse, std::nullopt);
  // Either loop is the first to lock.
  EXPECT_EQ(found.stats.executions, 2U);
  EXPECT_EQ(most, 1);
}

TEST(CarriedTasks, AnotherTaskOfTheThreadMayUnlock) {
  const search_result found = explore(
      [] {
        aio::run([] {
          mutex lock;
          lock.lock();
          aio::create_task("other", [&] { lock.unlock(); }).await();
          lock.lock();
          lock.unlock();
        });
      },
      {});
  EXPECT_EQ(found.misuse, std::nullopt);
  EXPECT_EQ(message_of(found, "unlock_by_owner"), "not violated");
}

TEST(CarriedTasks, ATaskOfAnotherThreadMayNot) {
  const search_result found = explore(
      [] {
        mutex lock;
        lock.lock();
        thread other("other", [&] { aio::run([&] { lock.unlock(); }); });
        other.join();
      },
      {});
  EXPECT_NE(message_of(found, "unlock_by_owner"), "not violated");
}

// A task that waits for a lock of threads stops its loop: who has the lock never goes on.
TEST(CarriedTasks, AMutexHeldAcrossAnAwaitStopsTheLoop) {
  const search_result found = explore(
      [] {
        aio::run([] {
          mutex lock{"lock"};
          const auto first = aio::create_task("first", [&] {
            lock.lock();
            aio::sleep(0s);
            lock.unlock();
          });
          const auto second = aio::create_task("second", [&] {
            lock.lock();
            lock.unlock();
          });
          first.await();
          second.await();
        });
      },
      {});
  EXPECT_EQ(message_of(found, "no_deadlock"),
            "no thread can go on: first waits for event loop held by second, second waits for "
            "mutex lock held by first");
}

}  // namespace
}  // namespace norn
