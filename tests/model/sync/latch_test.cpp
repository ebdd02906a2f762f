#include <gtest/gtest.h>

#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/latch.hpp>
#include <norn/model/thread/thread.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(Latch, OpensWhenAllHaveCountedDown) {
  const auto e = enumerate([](std::string&) {
    latch ready{2};
    shared<int> x{0};
    shared<int> y{0};
    thread one([&] {
      x.set(1);
      ready.count_down();
    });
    thread two([&] {
      y.set(1);
      ready.count_down();
    });
    ready.wait();
    x.get();
    y.get();
    one.join();
    two.join();
  });
  EXPECT_EQ(e.executions, 2u);  // the order of the count-downs
  EXPECT_EQ(e.violated, properties{});
}

TEST(Latch, WaitingIsNoRaceForIt) {
  const auto e = enumerate([](std::string&) {
    latch ready{3};
    run_concurrently("thread", 3, [&](int) { ready.arrive_and_wait(); });
  });
  EXPECT_EQ(e.executions, 6u);  // the count-downs in 3! orders; the waits commute
  EXPECT_EQ(e.violated, properties{});
}

TEST(Latch, TryWaitTellsWhetherItIsOpen) {
  const auto e = enumerate([](std::string& outcome) {
    latch ready{1};
    shared<int> x{0};
    thread opens([&] {
      x.set(1);
      ready.count_down();
    });
    thread looks([&] {
      const bool open = ready.try_wait();
      if (open) x.get();
      outcome = open ? "open" : "closed";
    });
    opens.join();
    looks.join();
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"open", "closed"}));
  EXPECT_EQ(e.violated, properties{});
}

TEST(Latch, MissingCountDownsDeadlock) {
  const auto e = enumerate([](std::string&) {
    latch ready{3};
    run_concurrently("thread", 2, [&](int) { ready.arrive_and_wait(); });
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(Latch, BelowZeroIsAViolation) {
  const auto e = enumerate([](std::string&) {
    latch ready{1};
    ready.count_down();
    ready.count_down();
  });
  EXPECT_EQ(e.violated, properties{"latch_not_below_zero"});
  EXPECT_EQ(e.messages.at("latch_not_below_zero"),
            "main counts down by 1 a latch at 0: more threads arrive than it was created for");
  EXPECT_EQ(enumerate([](std::string&) { const latch ready{-1}; }).violated,
            properties{"latch_not_below_zero"});
  EXPECT_EQ(enumerate([](std::string&) { latch{1}.count_down(-1); }).violated,
            properties{"latch_not_below_zero"});
}

}  // namespace
}  // namespace norn
