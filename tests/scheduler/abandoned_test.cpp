// Abandoned executions: threads that are blocked for good, halted by a failure, or cut off are unwound,
// and what they own is released. (The build with AddressSanitizer has LeakSanitizer watch too.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/failure.hpp>

namespace norn {

using namespace engine;
namespace {

using ::testing::HasSubstr;
using names = std::set<std::string>;

// Counts its instances.
class owned {
 public:
  explicit owned(int& alive) : alive_(alive) { ++alive_; }
  ~owned() { --alive_; }
  owned(const owned&) = delete;
  owned& operator=(const owned&) = delete;

 private:
  int& alive_;
  std::string text_ = std::string(1'000, 'x');
  std::vector<std::string> list_{10, std::string(100, 'y')};
  std::unique_ptr<int> number_ = std::make_unique<int>(1);
};

search_result searched(const program& body, std::uint32_t depth = 10'000) {
  explore_options options;
  options.name = "abandoned";
  options.properties = {"undecided to the end"};
  options.limits.depth = depth;
  return explore(body, options);
}

names violated_in(const search_result& r) {
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  names found;
  for (const property_verdict& p : r.properties) {
    if (p.verdict == conclusion::violated) found.insert(p.property);
  }
  return found;
}

TEST(Abandoned, BlockedThreadsReleaseWhatTheyOwn) {
  int alive = 0;
  const search_result r = searched([&] {
    const owned in_main(alive);
    mutex a;
    mutex b;
    run_concurrently("thread", 2, [&](int t) {
      const owned before(alive);
      const std::lock_guard first(t == 0 ? a : b);
      const owned between(alive);
      const std::lock_guard second(t == 0 ? b : a);
      const owned after(alive);
      choose(1);
    });
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
  EXPECT_EQ(r.stats.executions, 3u);
  EXPECT_EQ(alive, 0);
}

TEST(Abandoned, ThreadBlockedForGoodInAWait) {
  int alive = 0;
  const search_result r = searched([&] {
    mutex m;
    condition_variable c;
    atomic<int> x{0};
    run_concurrently(
        [&] {
          const owned mine(alive);
          std::unique_lock own(m);
          c.wait(own);
        },
        [&] {
          const owned mine(alive);
          await_equal(x, 1);
        });
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
  EXPECT_EQ(alive, 0);
}

TEST(Abandoned, HaltedThreadsReleaseWhatTheyOwn) {
  int alive = 0;
  const search_result r = searched([&] {
    const owned in_main(alive);
    mutex m;
    thread other([&] {
      const owned mine(alive);
      m.unlock();
      choose(2);
    });
    fail_from_assertion("failed", nullptr, 0);
    other.join();
  });
  EXPECT_EQ(violated_in(r), (names{"assertions", "unlock_by_owner"}));
  EXPECT_EQ(alive, 0);
}

TEST(Abandoned, ExecutionsCutOffByTheStepLimitReleaseWhatTheyOwn) {
  int alive = 0;
  const search_result r = searched(
      [&] {
        const owned in_main(alive);
        atomic<bool> stop{false};
        run_concurrently("thread", 2, [&](int) {
          const owned mine(alive);
          while (!stop.load()) {
          }
        });
      },
      30);
  EXPECT_EQ(r.stats.too_deep, 1u);
  EXPECT_EQ(alive, 0);
}

// What the body of a thread captured belongs to it too.
TEST(Abandoned, CapturesAreReleased) {
  int alive = 0;
  const search_result r = searched([&] {
    mutex m;
    m.lock();
    auto captured = std::make_shared<owned>(alive);
    thread blocked([&m, captured = std::move(captured)] { m.lock(); });
    blocked.join();
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
  EXPECT_EQ(alive, 0);
}

TEST(Abandoned, ThrowingBodiesReleaseWhatTheyOwn) {
  int alive = 0;
  const search_result r = searched([&] {
    const owned in_main(alive);
    thread thrower([&] {
      const owned mine(alive);
      choose(2);
      throw std::runtime_error("thrown");
    });
    thrower.join();
  });
  EXPECT_EQ(violated_in(r), names{"no_uncaught_exception"});
  EXPECT_EQ(r.stats.executions, 2u);
  EXPECT_EQ(alive, 0);
}

// An exception in flight is its thread's own, while other threads throw and catch theirs.
TEST(Abandoned, ExceptionsInFlightAreNotMixedUp) {
  std::string caught;
  const search_result r = searched([&] {
    caught.clear();
    atomic<int> x{0};
    const auto thrower = [&](const char* what) {
      try {
        throw std::runtime_error(what);
      } catch (const std::runtime_error&) {
        x.fetch_add(1);  // others run here, within their own handlers
        try {
          throw;
        } catch (const std::runtime_error& e) {
          if (std::string(e.what()) != what) caught = "another's";
        }
      }
    };
    run_concurrently([&] { thrower("first"); }, [&] { thrower("second"); });
    require("own", caught.empty());
  });
  EXPECT_EQ(violated_in(r), names{});
  EXPECT_EQ(r.stats.executions, 2u);
}

// Locks that destructors let go of, while an execution is taken down, are let go of without a step.
TEST(Abandoned, UnlocksInDestructorsDoNothing) {
  std::size_t runs = 0;
  std::size_t unlocked = 0;
  const search_result r = searched([&] {
    ++runs;
    mutex kept{"kept"};
    mutex held{"held"};
    held.lock();
    thread blocked([&] {
      const std::lock_guard own(kept);
      struct counts {
        std::size_t& count;
        ~counts() { ++count; }
      } const at_the_end{unlocked};
      held.lock();
    });
    blocked.join();
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
  EXPECT_GT(runs, 1u);
  EXPECT_EQ(unlocked, runs);
  ASSERT_TRUE(r.properties[1].counterexample);
  for (const trace_step& s : r.properties[1].counterexample->steps) {
    EXPECT_NE(s.operation, "unlock");
  }
}

// --- handlers that catch everything ---

TEST(Abandoned, HandlerThatRethrowsIsFine) {
  const search_result r = searched([] {
    mutex m;
    m.lock();
    thread blocked([&] {
      try {
        m.lock();
      } catch (...) {
        throw;
      }
    });
    blocked.join();
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
}

// Handlers for exceptions of the program do not see ours.
TEST(Abandoned, HandlerForStandardExceptionsSeesNothing) {
  int caught = 0;
  const search_result r = searched([&] {
    mutex m;
    m.lock();
    thread blocked([&] {
      try {
        m.lock();
      } catch (const std::exception&) {
        ++caught;
      }
    });
    blocked.join();
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
  EXPECT_EQ(caught, 0);
}

// What such a thread's stack owns is out of reach: it never gets to its end. Here it owns nothing.
TEST(Abandoned, HandlerThatSwallowsAndGoesOnIsMisuse) {
  const search_result r = searched([&] {
    mutex m;
    m.lock();
    thread blocked([&] {
      for (;;) {
        try {
          m.lock();
        } catch (...) {
        }
      }
    });
    blocked.join();
  });
  ASSERT_TRUE(r.misuse);
  EXPECT_THAT(*r.misuse, HasSubstr("catch (...)"));
  EXPECT_THAT(*r.misuse, HasSubstr("must rethrow"));
  EXPECT_EQ(r.properties[0].verdict, conclusion::misuse);
}

// Swallowed once, at the end of the body: nothing goes on, so nothing is wrong.
TEST(Abandoned, HandlerThatSwallowsAndEndsIsFine) {
  int alive = 0;
  const search_result r = searched([&] {
    mutex m;
    m.lock();
    thread blocked([&] {
      const owned mine(alive);
      try {
        m.lock();
      } catch (...) {
      }
    });
    blocked.join();
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
  EXPECT_EQ(alive, 0);
}

// Cut off with a lock in hand, the thread comes to a destructor that takes the same.
TEST(Abandoned, DestructorsThatTakeALockDoNothing) {
  class guarded {
   public:
    guarded(mutex& outer, mutex& inner) : outer_(outer), inner_(inner) {
      outer_.lock();
      inner_.lock();
      outer_.unlock();
    }
    ~guarded() {
      outer_.lock();
      inner_.unlock();
      outer_.unlock();
    }
    guarded(const guarded&) = delete;
    guarded& operator=(const guarded&) = delete;

   private:
    mutex& outer_;
    mutex& inner_;
  };
  int alive = 0;
  const program body = [&alive] {
    mutex outer{"outer"};
    mutex inner{"inner"};
    mutex another{"another"};
    thread t{[&] {
      const owned something(alive);
      const guarded first(outer, inner);
      const guarded second(outer, another);
    }};
    t.join();
  };
  // spawn, three operations of the first constructor, the second's first: `another` is locked next.
  for (std::uint32_t depth = 1; depth <= 5; ++depth) {
    EXPECT_EQ(searched(body, depth).stats.too_deep, 1u) << depth;
    EXPECT_EQ(alive, 0) << depth;
  }
}

}  // namespace
}  // namespace norn
