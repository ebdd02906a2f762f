#include <gtest/gtest.h>

#include <stdexcept>

#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/call_once.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(CallOnce, CallsOnceAndPublishesWhatWasDone) {
  const auto e = enumerate([](std::string& outcome) {
    once_flag flag{"initialised"};
    shared<int> value{0, "value"};
    int calls = 0;
    run_concurrently("thread", 3, [&](int) {
      call_once(
          flag,
          [&](int by) {
            value.set(by);
            ++calls;
          },
          7);
      value.get();
    });
    outcome = std::to_string(calls) + " call, value " + std::to_string(value.get());
  });
  // Who calls; the others wait until it has returned, and then only look.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.outcomes, outcomes{"1 call, value 7"});
  EXPECT_EQ(e.violated, properties{});
}

TEST(CallOnce, AnExceptionLeavesTheCallToTheNext) {
  const auto e = enumerate([](std::string& outcome) {
    once_flag flag;
    shared<int> attempts{0};
    run_concurrently("thread", 2, [&](int) {
      try {
        call_once(flag, [&] {
          ++attempts;
          if (attempts.get() == 1) throw std::runtime_error("not yet");
        });
      } catch (const std::runtime_error&) {
      }
    });
    outcome = std::to_string(attempts.get()) + " attempts";
  });
  EXPECT_EQ(e.executions, 2u);  // who is first, and fails
  EXPECT_EQ(e.outcomes, outcomes{"2 attempts"});
  EXPECT_EQ(e.violated, properties{});
}

TEST(CallOnce, AnAbandonedCallUnwinds) {
  const auto e = enumerate([](std::string&) {
    once_flag flag;
    once_flag other;
    thread one([&] { call_once(flag, [&] { call_once(other, [] {}); }); });
    thread two([&] { call_once(other, [&] { call_once(flag, [] {}); }); });
    one.join();
    two.join();
  });
  // One after the other in both orders, or each in its first: the deadlock.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.violated, properties{"no_deadlock"});
}

TEST(CallOnce, ReenteringIsAViolation) {
  const auto e = enumerate([](std::string&) {
    once_flag flag;
    call_once(flag, [&] { call_once(flag, [] {}); });
  });
  EXPECT_EQ(e.violated, properties{"call_once_not_reentered"});
}

TEST(CallOnce, TellsWhereItWasCalled) {
  const program body = [] {
    once_flag flag;
    call_once(flag, [&] { call_once(flag, [] {}); });
  };
  const int line = __LINE__ - 2;
  const search_result found = explore(body, {});
  ASSERT_EQ(found.properties.size(), 1u);
  EXPECT_EQ(found.properties[0].counterexample->steps.at(0).line, line);
}

}  // namespace
}  // namespace norn
