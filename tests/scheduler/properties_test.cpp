// Properties: each is found, under its name, with what a reader needs; one search decides several.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/failure.hpp>

namespace norn {

using namespace engine;
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

explore_options deciding(std::vector<std::string> properties) {
  explore_options options;
  options.name = "properties";
  options.properties = std::move(properties);
  return options;
}

// The verdict on one property of a search that is to be complete.
property_verdict verdict_on(const std::string& property, const program& body) {
  const search_result r = explore(body, deciding({property, "another"}));
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.properties.size(), 2u);
  EXPECT_EQ(r.properties[0].property, property);
  EXPECT_EQ(r.properties[1].verdict, conclusion::holds);
  return r.properties[0];
}

void expect_violated(const property_verdict& v) {
  EXPECT_EQ(v.verdict, conclusion::violated) << v.property << ": " << v.message;
  ASSERT_TRUE(v.counterexample.has_value());
  EXPECT_EQ(v.counterexample->property, v.property);
  EXPECT_EQ(v.counterexample->message, v.message);
}
#define ASSERT_VIOLATED(verdict) ASSERT_NO_FATAL_FAILURE(expect_violated(verdict))

// --- assertions and requirements ---

TEST(Properties, FailedAssertion) {
  const int line = __LINE__ + 5;
  const auto v = verdict_on("assertions", [&] {
    shared<int> x{0};
    const int seen = static_cast<int>(choose(2));
    thread writer([&] { x.set(1); });
    if (seen == 1) fail_from_assertion("seen is 1", __FILE__, line);
    writer.join();
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, std::string("seen is 1\n  at ") + __FILE__ + ":" + std::to_string(line));
  // The assertion fails in the step that creates the writer, and nothing after it counts.
  ASSERT_EQ(v.counterexample->steps.size(), 2u);
  EXPECT_EQ(v.counterexample->steps[0].operation, "choose");
  EXPECT_EQ(v.counterexample->steps[0].kind, "choice");
  EXPECT_EQ(v.counterexample->steps[0].alternative, 1u);
  EXPECT_EQ(v.counterexample->steps[0].alternatives, 2u);
  EXPECT_EQ(v.counterexample->steps[1].operation, "spawn");
}

TEST(Properties, AssertionStopsItsThreadAtTheNextPoint) {
  bool went_on = false;
  const auto v = verdict_on("assertions", [&] {
    shared<int> x{0};
    fail_from_assertion("always", nullptr, 0);
    x.set(1);
    went_on = true;
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "always");
  EXPECT_FALSE(went_on);
}

// The next point is then an unlock in a destructor, which cannot throw.
TEST(Properties, AssertionUnderALock) {
  const auto v = verdict_on("assertions", [] {
    mutex m;
    thread other([&] {
      const std::lock_guard own(m);
      fail_from_assertion("under a lock", nullptr, 0);
    });
    other.join();
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "under a lock");
}

TEST(Properties, AssertionOutsideABodyIsNotOurs) {
  EXPECT_FALSE(fail_from_assertion("outside", __FILE__, __LINE__));
}

TEST(Properties, RequirementOfTheFinalState) {
  const auto lost_update = [] {
    atomic<int> x{0};
    run_concurrently("thread", 2, [&](int) { x.store(x.load() + 1); });
    require("both_counted", x.load() == 2, "an increment is lost");
  };
  const auto v = verdict_on("both_counted", lost_update);
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "an increment is lost");
  // The creation of both, two loads, two stores, the wait for both, and the load that finds out.
  EXPECT_EQ(v.counterexample->steps.size(), 7u);
  EXPECT_EQ(v.counterexample->preemptions, 1u);  // after one of the loads
  EXPECT_THAT(v.counterexample->threads, ElementsAre("main", "thread/0", "thread/1"));

  const auto without_message = verdict_on("named", [] { require("named", false); });
  EXPECT_EQ(without_message.message, "it does not hold");
}

TEST(Properties, RequirementThatHolds) {
  EXPECT_EQ(verdict_on("both_counted",
                       [] {
                         atomic<int> x{0};
                         run_concurrently("thread", 2, [&](int) { x.fetch_add(1); });
                         require("both_counted", x.load() == 2);
                       })
                .verdict,
            conclusion::holds);
}

// --- always ---

TEST(Properties, AlwaysIsDecidedAfterEveryStep) {
  const auto v = verdict_on("bounded", [] {
    shared<int> x{0, "x"};
    always("bounded", [&] { return x.get() < 2; });
    thread writer("writer", [&] {
      x.set(1);
      x.set(2);
      x.set(1);
    });
    writer.join();
  });
  ASSERT_VIOLATED(v);
  // spawn, set(1), set(2): the counterexample ends with the step that broke it.
  ASSERT_EQ(v.counterexample->steps.size(), 3u);
  EXPECT_EQ(v.counterexample->steps[2].thread, "writer");
  EXPECT_EQ(v.counterexample->steps[2].operation, "write");
  EXPECT_EQ(v.counterexample->steps[2].object, "x");
  EXPECT_EQ(v.counterexample->steps[2].changes, "1→2");
}

TEST(Properties, AlwaysIsDecidedAtOnce) {
  const auto v = verdict_on("never", [] {
    const shared<int> x{0};
    always("never", [&] { return x.get() != 0; });
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.counterexample->steps.size(), 0u);
}

TEST(Properties, PredicateThatThrowsIsMisuse) {
  const search_result r = explore(
      [] {
        atomic<int> x{0};
        always("throws", [&]() -> bool {
          return x.load() == 0 ? true : throw std::runtime_error("x has been written");
        });
        x.store(1);
        x.load();
      },
      deciding({"throws"}));
  ASSERT_TRUE(r.misuse);
  EXPECT_THAT(*r.misuse,
              HasSubstr("the predicate of always(\"throws\") threw: x has been written"));
}

TEST(Properties, PredicateThatTakesAStepIsMisuse) {
  const search_result r = explore(
      [] {
        shared<int> x{0};
        always("steps", [&] {
          x.set(1);
          return true;
        });
      },
      deciding({"steps"}));
  ASSERT_TRUE(r.misuse);
  EXPECT_THAT(*r.misuse,
              HasSubstr("an operation (write) inside the predicate of always(\"steps\")"));
  EXPECT_EQ(r.properties[0].verdict, conclusion::misuse);
}

// What it sees first, and whether a write comes before it or after, would depend on the order of things that
// no access orders.
TEST(Properties, AlwaysStatedBesideOtherThreadsIsMisuse) {
  const std::string expected = "always(\"late\") is stated while other threads run";
  const search_result in_main = explore(
      [] {
        atomic<int> a{0};
        thread other([&] { a.store(1); });
        always("late", [&] { return a.load() == 0; });
        other.join();
      },
      deciding({"late"}));
  EXPECT_THAT(in_main.misuse.value_or(""), HasSubstr(expected));
  const search_result in_thread = explore(
      [] {
        atomic<int> a{0};
        thread other([&] { always("late", [&] { return a.load() == 0; }); });
        other.join();
      },
      deciding({"late"}));
  EXPECT_THAT(in_thread.misuse.value_or(""), HasSubstr(expected));
  const search_result within = explore(
      [] {
        always("outer", [] {
          always("late", [] { return true; });
          return true;
        });
      },
      deciding({"late"}));
  EXPECT_THAT(within.misuse.value_or(""), HasSubstr(expected));
}

// Once all others have been joined their writes come before it in every order.
TEST(Properties, AlwaysStatedAfterAllHaveBeenJoined) {
  const auto v = verdict_on("late", [] {
    atomic<int> a{0};
    run_concurrently([&] { a.store(1); }, [&] { a.store(2); });
    always("late", [&] { return a.load() == 2; });
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "the predicate is false after this step");
}

// --- deadlock ---

TEST(Properties, DeadlockNamesTheCycleOfWaits) {
  const auto v = verdict_on("no_deadlock", [] {
    mutex a{"a"};
    mutex b{"b"};
    thread one("one", [&] {
      const std::lock_guard first(a);
      const std::lock_guard second(b);
    });
    thread two("two", [&] {
      const std::lock_guard first(b);
      const std::lock_guard second(a);
    });
    one.join();
    two.join();
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message,
            "no thread can go on: one waits for mutex b held by two, two waits for mutex a held by "
            "one");
  const auto& blocked = v.counterexample->blocked_threads;
  ASSERT_EQ(blocked.size(), 3u);
  EXPECT_EQ(blocked[0].thread, "main");
  EXPECT_EQ(blocked[0].operation, "join");
  EXPECT_EQ(blocked[0].held_by, "one");
  EXPECT_EQ(blocked[1].thread, "one");
  EXPECT_EQ(blocked[1].operation, "lock");
  EXPECT_EQ(blocked[1].object, "b");
  EXPECT_EQ(blocked[1].held_by, "two");
  EXPECT_EQ(blocked[2].thread, "two");
  EXPECT_EQ(blocked[2].operation, "lock");
  EXPECT_EQ(blocked[2].object, "a");
  EXPECT_EQ(blocked[2].held_by, "one");
  EXPECT_EQ(v.counterexample->preemptions, 1u);
}

TEST(Properties, ThreadThatEndsWithALockBlocksTheOthers) {
  const int line = __LINE__ + 6;
  const auto v = verdict_on("no_deadlock", [] {
    mutex m{"m"};
    thread owner("owner", [&] { m.lock(); });
    owner.join();
    // One more, from here.
    m.lock();
  });
  ASSERT_VIOLATED(v);
  const auto& blocked = v.counterexample->blocked_threads;
  ASSERT_EQ(blocked.size(), 1u);
  EXPECT_EQ(blocked[0].thread, "main");
  EXPECT_EQ(blocked[0].object, "m");
  EXPECT_EQ(blocked[0].held_by, "owner");
  EXPECT_THAT(blocked[0].file, HasSubstr("properties_test.cpp"));
  EXPECT_EQ(blocked[0].line, line);
}

// After a failure that stopped a thread, that others wait for it is only a consequence.
TEST(Properties, DeadlockBehindAFailureIsNotReported) {
  const search_result r = explore(
      [] {
        mutex m;
        thread owner([&] {
          m.lock();
          fail_from_assertion("failed", nullptr, 0);
          m.unlock();
        });
        owner.join();
      },
      deciding({"assertions", "no_deadlock"}));
  EXPECT_EQ(r.properties[0].verdict, conclusion::violated);
  EXPECT_EQ(r.properties[1].verdict, conclusion::holds);
}

// --- data races ---

TEST(Properties, DataRaceNamesBothPlaces) {
  int written = 0;
  int read = 0;
  const auto v = verdict_on("no_data_race", [&] {
    shared<int> total{0, "total"};
    run_concurrently([&] { total.set(1), written = __LINE__; },
                     [&] { total.get(), read = __LINE__; });
  });
  ASSERT_VIOLATED(v);
  const std::string file = std::string(__FILE__) + ":";
  // Main waits for both at once, so either order is spawn and two accesses: it stays that of the first execution.
  EXPECT_EQ(v.message, "data race on total\n  write  thread/0  " + file + std::to_string(written) +
                           "\n  read   thread/1  " + file + std::to_string(read) +
                           "\n  neither happens before the other");
}

// That the scheduler ran one access first is no synchronisation; a lock is.
TEST(Properties, NoDataRaceUnderALock) {
  EXPECT_EQ(verdict_on("no_data_race",
                       [] {
                         mutex m;
                         shared<int> x{0};
                         run_concurrently("thread", 2, [&](int) {
                           const std::lock_guard own(m);
                           ++x;
                         });
                         x.get();
                       })
                .verdict,
            conclusion::holds);
}

// --- lifetime ---

TEST(Properties, UseAfterDestruction) {
  const auto v = verdict_on("no_use_after_destruction", [] {
    auto x = std::make_unique<shared<int>>(0, "x");
    shared<int>& dangling = *x;
    thread user([&dangling] { dangling.get(); });
    x.reset();
    user.join();
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "read on x, which another thread has destroyed meanwhile");
}

TEST(Properties, UseAfterDestructionByTheSameThread) {
  const auto v = verdict_on("no_use_after_destruction", [] {
    alignas(mutex) unsigned char place[sizeof(mutex)];
    auto* const m = new (place) mutex;
    m->~mutex();
    m->lock();
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "lock on an object that has been destroyed");
}

TEST(Properties, UseAfterDestructionInADestructor) {
  const auto v = verdict_on("no_use_after_destruction", [] {
    alignas(mutex) unsigned char place[sizeof(mutex)];
    auto* const m = new (place) mutex;
    const std::lock_guard own(*m);
    m->~mutex();
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "unlock on an object that has been destroyed");
}

TEST(Properties, LeakedThread) {
  const auto v = verdict_on("no_leaked_thread", [] { thread left([] { choose(1); }); });
  ASSERT_VIOLATED(v);
  EXPECT_THAT(v.message, HasSubstr("destroyed while joinable"));
  EXPECT_EQ(verdict_on("no_leaked_thread", [] { thread([] { choose(1); }).detach(); }).verdict,
            conclusion::holds);
}

// --- misuse of locks ---

TEST(Properties, UnlockByOwner) {
  const auto stranger = verdict_on("unlock_by_owner", [] {
    mutex m;
    m.lock();
    thread other([&] { m.unlock(); });
    other.join();
  });
  ASSERT_VIOLATED(stranger);
  EXPECT_THAT(stranger.message, HasSubstr("another thread"));
  const auto nobody = verdict_on("unlock_by_owner", [] { mutex().unlock(); });
  ASSERT_VIOLATED(nobody);
}

// The destructor of a lock cannot throw; the failure ends the thread all the same.
TEST(Properties, UnlockByOwnerInADestructor) {
  const auto v = verdict_on("unlock_by_owner", [] {
    mutex m;
    const std::lock_guard own(m);
    m.unlock();
  });
  ASSERT_VIOLATED(v);
}

TEST(Properties, NoDoubleLock) {
  const auto lock = verdict_on("no_double_lock", [] {
    mutex m;
    m.lock();
    m.lock();
  });
  ASSERT_VIOLATED(lock);
  const auto try_lock = verdict_on("no_double_lock", [] {
    mutex m;
    m.lock();
    m.try_lock();
  });
  ASSERT_VIOLATED(try_lock);
}

// --- exceptions ---

TEST(Properties, UncaughtException) {
  const auto v = verdict_on("no_uncaught_exception", [] {
    thread thrower([] { throw std::runtime_error("disk full"); });
    thrower.join();
  });
  ASSERT_VIOLATED(v);
  EXPECT_EQ(v.message, "an exception left the thread: disk full");

  const auto from_main = verdict_on("no_uncaught_exception", [] { throw 42; });
  ASSERT_VIOLATED(from_main);
  EXPECT_EQ(from_main.message, "an exception that is no std::exception left the thread");
}

TEST(Properties, CaughtExceptionIsTheProgramsOwnAffair) {
  EXPECT_EQ(verdict_on("no_uncaught_exception",
                       [] {
                         thread careful([] {
                           try {
                             choose(2);
                             throw std::runtime_error("disk full");
                           } catch (const std::runtime_error&) {
                             choose(2);
                           }
                         });
                         careful.join();
                       })
                .verdict,
            conclusion::holds);
}

// --- the step limit ---

TEST(Properties, StepLimitIsInconclusive) {
  explore_options options = deciding({"assertions"});
  options.limits.depth = 50;
  const search_result r = explore(
      [] {
        atomic<bool> stop{false};
        // Nobody stops it.
        thread spinner([&] {
          while (!stop.load()) {
          }
        });
        spinner.join();
      },
      options);
  EXPECT_FALSE(r.complete);
  EXPECT_EQ(r.bound_hit, bound_kind::depth);
  EXPECT_EQ(r.stats.too_deep, 1u);
  EXPECT_EQ(r.stats.executions, 0u);
  EXPECT_EQ(r.stats.steps, 50u);
  EXPECT_EQ(r.properties[0].verdict, conclusion::inconclusive);
}

// The limit cuts off some executions; what the others show still counts.
TEST(Properties, ViolationBesideTheStepLimit) {
  explore_options options = deciding({"chosen", "assertions"});
  options.limits.depth = 50;
  const search_result r = explore(
      [] {
        atomic<bool> stop{false};
        const bool spins = choose(2) == 0;
        while (spins && !stop.load()) {
        }
        require("chosen", spins);
      },
      options);
  EXPECT_EQ(r.stats.too_deep, 1u);
  EXPECT_EQ(r.stats.executions, 1u);
  EXPECT_EQ(r.properties[0].verdict, conclusion::violated);
  EXPECT_EQ(r.properties[1].verdict, conclusion::inconclusive);
}

// --- several properties ---

void three_faults_and_one_virtue() {
  mutex m;
  shared<int> plain{0};
  atomic<int> x{0};
  always("never_above_two", [&] { return x.load() <= 2; });
  run_concurrently("thread", 2, [&](int t) {
    plain.set(t);
    x.store(x.load() + 1);
  });
  require("both_counted", x.load() == 2);
  m.lock();
  m.lock();
}

TEST(Properties, OneSearchDecidesAll) {
  const search_result r =
      explore(three_faults_and_one_virtue,
              deciding({"never_above_two", "both_counted", "no_data_race", "no_double_lock"}));
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.properties[0].verdict, conclusion::holds);
  for (std::size_t i = 1; i < 4; ++i) ASSERT_VIOLATED(r.properties[i]);
  // Each counterexample is of its own property: the race shows before any increment is lost.
  EXPECT_EQ(r.properties[2].counterexample->found_execution, 1u);
  EXPECT_GT(r.properties[1].counterexample->found_execution, 1u);
}

// What nobody asked for is found all the same, and said after what was asked for.
TEST(Properties, OthersThatFailAreAdded) {
  const search_result r = explore(three_faults_and_one_virtue, deciding({"never_above_two"}));
  EXPECT_TRUE(r.complete);
  ASSERT_EQ(r.properties.size(), 4u);
  EXPECT_EQ(r.properties[0].verdict, conclusion::holds);
  std::set<std::string> others;
  for (std::size_t i = 1; i < 4; ++i) {
    ASSERT_VIOLATED(r.properties[i]);
    others.insert(r.properties[i].property);
  }
  EXPECT_EQ(others, (std::set<std::string>{"both_counted", "no_data_race", "no_double_lock"}));
}

TEST(Properties, SearchEndsWhenAllAreDecided) {
  const search_result r = explore(three_faults_and_one_virtue, deciding({"no_data_race"}));
  EXPECT_FALSE(r.complete);
  EXPECT_EQ(r.bound_hit, bound_kind::none);
  EXPECT_EQ(r.stats.executions, 1u);
  EXPECT_EQ(r.properties[0].verdict, conclusion::violated);
}

TEST(Properties, FirstViolationEndsTheSearchWhereThatIsAsked) {
  explore_options options = deciding({"never_above_two"});
  options.stop_at_first_violation = true;
  const search_result r = explore(three_faults_and_one_virtue, options);
  EXPECT_FALSE(r.complete);
  EXPECT_EQ(r.stats.executions, 1u);
  EXPECT_EQ(r.properties[0].verdict, conclusion::inconclusive);
}

}  // namespace
}  // namespace norn
