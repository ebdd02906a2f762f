#include <gtest/gtest.h>

#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/semaphore.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(Semaphore, OfOneIsALock) {
  const auto e = enumerate([](std::string&) {
    binary_semaphore free{1};
    shared<int> x{0};
    run_concurrently("thread", 3, [&](int) {
      free.acquire();
      ++x;
      free.release();
    });
  });
  EXPECT_EQ(e.executions, 6u);  // 3!
  EXPECT_EQ(e.violated, properties{});
}

TEST(Semaphore, OfTwoLetsTwoIn) {
  const auto e = enumerate([](std::string&) {
    counting_semaphore<2> free{2};
    run_concurrently("thread", 3, [&](int) {
      free.acquire();
      free.release();
    });
  });
  // 6!/(2!2!2!) = 90 orders of three pairs, without the 3!·3! = 36 in which all three are inside.
  EXPECT_EQ(e.executions, 90u - 36u);
}

TEST(Semaphore, AnAcquireSynchronisesWithEveryReleaseBeforeIt) {
  const auto e = enumerate([](std::string&) {
    counting_semaphore<> ready{0};
    shared<int> x{0};
    shared<int> y{0};
    thread one([&] {
      x.set(1);
      ready.release();
    });
    thread two([&] {
      y.set(1);
      ready.release();
    });
    thread both([&] {
      ready.acquire();
      ready.acquire();
      x.get();
      y.get();
    });
    one.join();
    two.join();
    both.join();
  });
  EXPECT_EQ(e.violated, properties{});
}

TEST(Semaphore, TooManyAcquiresDeadlock) {
  const auto e = enumerate([](std::string&) {
    counting_semaphore<> ready{0};
    run_concurrently("thread", 2, [&](int) { ready.acquire(); });
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(Semaphore, TryAcquireTakesOneOrNone) {
  const auto e = enumerate([](std::string& outcome) {
    counting_semaphore<> ready{1};
    bool taken[2];
    run_concurrently("thread", 2, [&](int i) { taken[i] = ready.try_acquire(); });
    outcome = std::to_string(taken[0]) + std::to_string(taken[1]);
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"10", "01"}));
}

TEST(Semaphore, TimedAcquireRacesWithTheRelease) {
  const auto e = enumerate([](std::string& outcome) {
    counting_semaphore<> ready{0};
    thread waits([&] {
      const bool taken = ready.try_acquire_for(2s);
      outcome = (taken ? "taken " : "timeout ") + shown(steady_clock::now().time_since_epoch());
    });
    thread releases([&] { ready.release(); });
    waits.join();
    releases.join();
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"taken 0 s", "timeout 2 s"}));
}

TEST(Semaphore, ACounterOutOfItsRangeIsAViolation) {
  const auto e = enumerate([](std::string&) {
    binary_semaphore free{1, "free"};
    free.release();
  });
  EXPECT_EQ(e.violated, properties{"semaphore_within_maximum"});
  EXPECT_EQ(
      e.messages.at("semaphore_within_maximum"),
      "main releases 1 with the counter at 1, but a counter lies between 0 and the maximum of 1: "
      "it is released once too often, or the maximum (the template argument) is too small");
  EXPECT_EQ(enumerate([](std::string&) { const binary_semaphore free{2}; }).violated,
            properties{"semaphore_within_maximum"});
  EXPECT_EQ(enumerate([](std::string&) { const counting_semaphore<> free{-1}; }).violated,
            properties{"semaphore_within_maximum"});
  EXPECT_EQ(enumerate([](std::string&) { counting_semaphore<>{1}.release(-1); }).violated,
            properties{"semaphore_within_maximum"});
}

}  // namespace
}  // namespace norn
