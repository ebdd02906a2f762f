#include <gtest/gtest.h>

#include <mutex>
#include <shared_mutex>
#include <system_error>

#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/recursive_mutex.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using reference::properties;

template <class Mutex>
class AnyMutex : public testing::Test {};
using mutexes = testing::Types<mutex, timed_mutex, recursive_mutex, recursive_timed_mutex,
                               shared_mutex, shared_timed_mutex>;
TYPED_TEST_SUITE(AnyMutex, mutexes);

TYPED_TEST(AnyMutex, WorksWithTheStandardsLocksAndOurs) {
  const auto e = enumerate([](std::string&) {
    TypeParam m{"m"};
    shared<int> x{0, "x"};
    thread standard([&] {
      {
        const std::lock_guard<TypeParam> hold{m};
        ++x;
      }
      std::unique_lock<TypeParam> hold{m, std::defer_lock};
      hold.lock();
      ++x;
    });
    thread own([&] {
      {
        const lock_guard hold{m};
        ++x;
      }
      const scoped_lock hold{m};
      ++x;
    });
    standard.join();
    own.join();
  });
  // Two threads of two critical sections: 4!/(2!2!).
  EXPECT_EQ(e.executions, 6u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(Lock, GuardsTellWhereTheyWereWritten) {
  const program body = [] {
    shared_timed_mutex m{"m"};
    { const lock_guard hold{m}; }
    { const unique_lock hold{m}; }
    { const unique_lock hold{m, 1ms}; }
    { const shared_lock hold{m}; }
    { const scoped_lock hold{m}; }
    require("seen", false);
  };
  const int first = __LINE__ - 7;
  const search_result found = explore(body, {});
  ASSERT_EQ(found.properties.size(), 1u);
  std::vector<int> lines;
  for (const trace_step& step : found.properties[0].counterexample->steps) {
    lines.push_back(step.line - first);
  }
  // Each locks and unlocks; the timed one reads the clock before.
  EXPECT_EQ(lines, (std::vector<int>{0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4}));
}

TEST(Lock, UniqueLockKeepsTheStandardsRules) {
  const auto e = enumerate([](std::string& outcome) {
    mutex m;
    unique_lock<mutex> none;
    const auto fails = [](auto action) {
      try {
        action();
      } catch (const std::system_error&) {
        return true;
      }
      return false;
    };
    outcome += fails([&] { none.lock(); }) ? "1" : "-";
    outcome += fails([&] { none.unlock(); }) ? "2" : "-";
    unique_lock hold{m, std::try_to_lock};
    outcome += hold.owns_lock() ? "3" : "-";
    outcome += fails([&] { hold.try_lock(); }) ? "4" : "-";
    unique_lock moved = std::move(hold);
    outcome += !hold.owns_lock() && moved.owns_lock() && m.owned_by_caller() ? "5" : "-";
    none = std::move(moved);
    outcome += none.owns_lock() && !moved.owns_lock() && m.owned_by_caller() ? "6" : "-";
    none.unlock();
    outcome += !none.owns_lock() && none.mutex() == &m && !m.owned_by_caller() ? "7" : "-";
    none.lock();
    none.release()->unlock();
    outcome += none.mutex() == nullptr && !m.owned_by_caller() ? "8" : "-";
  });
  EXPECT_EQ(e.outcomes, outcomes{"12345678"});
  EXPECT_EQ(e.violated, properties{});
}

TEST(ScopedLock, OfTwoMutexesInOppositeOrdersCannotDeadlock) {
  const auto e = enumerate([](std::string&) {
    timed_mutex a{"a"};
    recursive_mutex b{"b"};
    shared<int> x{0};
    thread one([&] {
      const scoped_lock hold{a, b};
      ++x;
    });
    thread two([&] {
      const scoped_lock hold{b, a};
      ++x;
    });
    one.join();
    two.join();
  });
  // Both lock a first, then try b. If one is first, it unlocks a and then b: two tries b in between,
  // and must wait, or afterwards. If two is first, it unlocks b and then a, and one finds both free.
  EXPECT_EQ(e.executions, 3u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(ScopedLock, NeverWaitsWhileItHolds) {
  const auto e = enumerate([](std::string&) {
    timed_mutex a{"a"};
    timed_mutex b{"b"};
    thread together([&] { const scoped_lock hold{a, b}; });
    thread nested([&] {
      const lock_guard outer{b};
      const lock_guard inner{a};
    });
    together.join();
    nested.join();
  });
  // A lock of a and then of b would deadlock with the nested one.
  EXPECT_EQ(e.violated, properties{});
}

TEST(ScopedLock, OfThreeOverlappingPairsEnds) {
  const auto e = enumerate([](std::string&) {
    timed_mutex m[3];
    run_concurrently("thread", 3, [&](int i) { const scoped_lock hold{m[i], m[(i + 1) % 3]}; });
  });
  EXPECT_EQ(e.violated, properties{});
}

TEST(ScopedLock, AdoptsAndLocksNone) {
  const auto e = enumerate([](std::string& outcome) {
    timed_mutex a;
    timed_mutex b;
    norn::lock(a, b);
    {
      const scoped_lock hold{std::adopt_lock, a, b};
      const scoped_lock none{};
    }
    outcome = a.owned_by_caller() || b.owned_by_caller() ? "held" : "free";
  });
  EXPECT_EQ(e.outcomes, outcomes{"free"});
  EXPECT_EQ(e.violated, properties{});
}

}  // namespace
}  // namespace norn
