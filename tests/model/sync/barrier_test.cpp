#include <gtest/gtest.h>

#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/barrier.hpp>
#include <norn/model/thread/thread.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(Barrier, SeparatesPhases) {
  const auto e = enumerate([](std::string&) {
    barrier phase{2, "phase"};
    shared<int> parts[2] = {shared<int>{0}, shared<int>{0}};
    run_concurrently("thread", 2, [&](int i) {
      parts[i].set(1);
      phase.arrive_and_wait();
      parts[1 - i].get();
      phase.arrive_and_wait();
      parts[i].set(2);
    });
  });
  // Two arrivals in either order, in each of two phases.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(Barrier, WithoutASecondPhaseTheNextWriteRaces) {
  const auto e = enumerate([](std::string&) {
    barrier phase{2};
    shared<int> x{0};
    run_concurrently("thread", 2, [&](int i) {
      phase.arrive_and_wait();
      if (i == 0) {
        x.get();
      } else {
        x.set(1);
      }
    });
  });
  EXPECT_EQ(e.violated, properties{"no_data_race"});
}

TEST(Barrier, CompletionRunsOncePerPhaseAfterAllArrivals) {
  const auto e = enumerate([](std::string& outcome) {
    shared<int> sum{0, "sum"};
    shared<int> parts[3] = {shared<int>{0}, shared<int>{0}, shared<int>{0}};
    int completions = 0;
    barrier phase{3,
                  [&] {
                    ++completions;
                    for (auto& part : parts) sum += part.get();
                  },
                  "phase"};
    run_concurrently("thread", 3, [&](int i) {
      parts[i].set(i + 1);
      phase.arrive_and_wait();
      sum.get();
    });
    outcome = std::to_string(completions) + " completion, sum " + std::to_string(sum.get());
  });
  EXPECT_EQ(e.executions, 6u);  // arrivals in 3! orders; the last one completes
  EXPECT_EQ(e.outcomes, outcomes{"1 completion, sum 6"});
  EXPECT_EQ(e.violated, properties{});
}

TEST(Barrier, ArrivingAndWaitingMayBeApart) {
  const auto e = enumerate([](std::string&) {
    barrier phase{2};
    shared<int> x{0};
    thread one([&] {
      x.set(1);
      auto arrived = phase.arrive();
      phase.wait(std::move(arrived));
    });
    thread two([&] {
      phase.wait(phase.arrive());
      x.get();
    });
    one.join();
    two.join();
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(Barrier, WhoDropsOutIsExpectedNoMore) {
  const auto e = enumerate([](std::string&) {
    barrier phase{2};
    thread drops([&] { phase.arrive_and_drop(); });
    thread stays([&] {
      phase.arrive_and_wait();
      phase.arrive_and_wait();
    });
    drops.join();
    stays.join();
  });
  EXPECT_EQ(e.executions, 2u);  // the two arrivals of the first phase
  EXPECT_EQ(e.violated, properties{});
}

TEST(Barrier, MissingArrivalsDeadlock) {
  const auto e = enumerate([](std::string&) {
    barrier phase{3};
    run_concurrently("thread", 2, [&](int) { phase.arrive_and_wait(); });
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(Barrier, MoreArrivalsThanExpectedAreAViolation) {
  const auto e = enumerate([](std::string&) {
    barrier phase{1};
    static_cast<void>(phase.arrive(2));
  });
  EXPECT_EQ(e.violated, properties{"barrier_expects_arrival"});
  EXPECT_EQ(enumerate([](std::string&) { const barrier phase{-1}; }).violated,
            properties{"barrier_expects_arrival"});
  // While the completion function runs, the phase expects nobody.
  const auto during = enumerate([](std::string&) {
    shared<int> x{0};
    barrier phase{1, [&] { x.set(1); }};
    thread one([&] { static_cast<void>(phase.arrive()); });
    thread two([&] { static_cast<void>(phase.arrive()); });
    one.join();
    two.join();
  });
  EXPECT_EQ(during.violated, (properties{"barrier_expects_arrival", "no_data_race"}));
}

TEST(Barrier, ATokenIsGoodForItsOwnBarrierAndPhase) {
  const auto other = enumerate([](std::string&) {
    barrier one{1};
    barrier two{1};
    two.wait(one.arrive());
  });
  EXPECT_EQ(other.violated, properties{"barrier_token_is_current"});
  const auto old = enumerate([](std::string&) {
    barrier phase{1};
    auto token = phase.arrive();
    static_cast<void>(phase.arrive());
    phase.wait(std::move(token));
  });
  EXPECT_EQ(old.violated, properties{"barrier_token_is_current"});
}

}  // namespace
}  // namespace norn
