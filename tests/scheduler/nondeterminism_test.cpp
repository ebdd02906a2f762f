// Nondeterminism: a body that does not do the same under the same schedule is found out and reported
// as misuse, with the step, what was expected and what came, and the likely causes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/semaphore.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The message of a search that is to end in misuse.
std::string misuse_of(const program& body) {
  explore_options options;
  options.name = "nondeterminism";
  options.properties = {"assertions"};
  const search_result r = explore(body, options);
  EXPECT_FALSE(r.complete);
  EXPECT_EQ(r.properties[0].verdict, conclusion::misuse);
  EXPECT_EQ(r.properties[0].message, r.misuse.value_or(""));
  return r.misuse.value_or("none");
}

const auto names_likely_causes =
    AllOf(HasSubstr("did not do the same under the same schedule"), HasSubstr("Likely causes"),
          HasSubstr("time or random numbers"), HasSubstr("addresses"),
          HasSubstr("a static or global variable"), HasSubstr("norn::choose"));

// Its threads would be fibers of the execution that runs: misuse, and no defect of Norn.
TEST(Misuse, SearchOrReplayWithinABody) {
  const auto within = HasSubstr("is started inside the body of a check");
  EXPECT_THAT(misuse_of([] { explore([] {}, {}); }), within);
  EXPECT_THAT(misuse_of([] { replay([] {}, {}, {}, {}, "assertions"); }), within);
  EXPECT_THAT(misuse_of([] { thread([] { explore([] {}, {}); }).join(); }), within);
}

// There is one execution, and nothing of it is ever replayed: it is run once more to see.
TEST(Nondeterminism, WhereThereIsOneExecution) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    atomic<int> x{0};
    ++runs % 2 == 1 ? x.store(1) : void(x.load());
  });
  EXPECT_THAT(message, AllOf(HasSubstr("step 1: expected store ("), HasSubstr("came load (")));
  EXPECT_THAT(message, names_likely_causes);
}

// The end of the body belongs to its last step.
TEST(Nondeterminism, OneExecutionThatGoesOnLater) {
  int runs = 0;
  EXPECT_THAT(misuse_of([&] {
                atomic<int> x{0};
                x.store(1);
                if (++runs % 2 == 0) x.load();
              }),
              AllOf(HasSubstr("step 1: expected store ("),
                    HasSubstr("), which touches or offers something else\n")));
}

TEST(Nondeterminism, OneExecutionOnAnotherObject) {
  int runs = 0;
  EXPECT_THAT(misuse_of([&] {
                atomic<int> x{0};
                atomic<int> y{0};
                (++runs % 2 == 0 ? x : y).store(1);
              }),
              HasSubstr("), which touches or offers something else\n"));
}

TEST(Nondeterminism, OneExecutionThatIsBlockedLater) {
  int runs = 0;
  EXPECT_THAT(misuse_of([&] {
                counting_semaphore<> s{++runs % 2 == 1 ? 1 : 0};
                s.acquire();
              }),
              HasSubstr("), which is blocked\n"));
}

// The first execution is run twice. The next is to create both threads and then to increment in the second.
TEST(Nondeterminism, StaticCounter) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    ++runs;
    atomic<int> x{0};
    run_concurrently("thread", 2, [&](int) {
      if (runs > 2) x.load();
      x.fetch_add(1);
    });
  });
  EXPECT_THAT(message, AllOf(StartsWith("step 2: expected "), HasSubstr(", came load\n")));
  EXPECT_THAT(message, names_likely_causes);
}

TEST(Nondeterminism, FewerThreads) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    ++runs;
    atomic<int> x{0};
    std::vector<thread> threads;
    for (int t = 0; t < (runs > 2 ? 1 : 2); ++t) {
      threads.emplace_back("thread", t, [&] { x.fetch_add(1); });
    }
    for (thread& t : threads) t.join();
  });
  EXPECT_THAT(message, StartsWith("step 2: expected spawn, came join"));
  EXPECT_THAT(message, names_likely_causes);
}

// Threads that one step creates are missed where the one that is not there is to go on.
TEST(Nondeterminism, FewerThreadsOfAGroup) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    ++runs;
    atomic<int> x{0};
    run_concurrently("thread", runs > 2 ? 1 : 2, [&](int) { x.fetch_add(1); });
  });
  EXPECT_THAT(message,
              StartsWith("step 2: expected fetch_add, came nothing: the thread has no next"));
  EXPECT_THAT(message, names_likely_causes);
}

// After the last of the steps that both executions begin with, the spawn of both threads.
TEST(Nondeterminism, FewerObjects) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    ++runs;
    atomic<int> x{0};
    run_concurrently("thread", 2, [&](int t) {
      if (runs <= 2 && t == 1) const atomic<int> only_now{0};
      x.fetch_add(1);
    });
  });
  EXPECT_THAT(message, StartsWith("step 1: expected spawn, came objects that were made in another "
                                  "order, or fewer"));
  EXPECT_THAT(message, names_likely_causes);
}

TEST(Nondeterminism, AThreadThatEndsEarly) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    ++runs;
    atomic<int> x{0};
    run_concurrently("thread", 2, [&](int t) {
      if (runs <= 2 || t == 0) x.fetch_add(1);
    });
  });
  EXPECT_THAT(message,
              StartsWith("step 2: expected fetch_add, came nothing: the thread has no next"));
}

TEST(Nondeterminism, FewerAlternatives) {
  int runs = 0;
  const std::string message = misuse_of([&] { choose(++runs <= 2 ? 3 : 2); });
  EXPECT_THAT(message, HasSubstr(": expected choose, came only 2 alternatives"));
  EXPECT_THAT(message, names_likely_causes);
}

// In a beginning that two executions share, steps are compared with what was recorded, not with a plan.
void two_orders() {
  atomic<int> x{0};
  run_concurrently("thread", 2, [&](int) { x.fetch_add(1); });
}

TEST(Nondeterminism, AnotherKindInASharedBeginning) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    atomic<int> x{0};
    ++runs <= 2 ? x.store(1) : void(x.load());
    two_orders();
  });
  EXPECT_THAT(message, StartsWith("step 1: expected store, came load"));
}

TEST(Nondeterminism, AnotherObjectInASharedBeginning) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    atomic<int> x{0};
    atomic<int> y{0};
    (++runs <= 2 ? x : y).store(1);
    two_orders();
  });
  EXPECT_THAT(message, StartsWith("step 1: expected store, came store"));
}

// The object is made by another thread: its name is another one.
TEST(Nondeterminism, AnotherMakerInASharedBeginning) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    ++runs;
    atomic<int> x{0};
    thread first([&] {
      if (runs <= 2) atomic<int> made{0};
    });
    thread second([&] {
      if (runs > 2) atomic<int> made{0};
    });
    x.store(1);
    two_orders();
    first.join();
    second.join();
  });
  EXPECT_THAT(
      message,
      StartsWith("step 3: expected store, came objects that were made in another order, or fewer"));
}

TEST(Nondeterminism, ABlockedStepInASharedBeginning) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    counting_semaphore<> s{++runs <= 2 ? 1 : 0};
    s.acquire();
    two_orders();
  });
  EXPECT_THAT(message, StartsWith("step 1: expected acquire, came acquire, which is blocked"));
}

TEST(Nondeterminism, OtherAlternativesInASharedBeginning) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    choose(++runs <= 2 ? 2 : 3);
    two_orders();
  });
  EXPECT_THAT(message,
              StartsWith("step 1: expected choose, came 3 alternatives where there were 2"));
}

// The same kind of operation on another object: the first draw is y, the second x. Step 2 is the first addition.
TEST(Nondeterminism, RandomNumbers) {
  std::uint32_t state = 1;  // of a generator that nobody seeds
  const std::string message = misuse_of([&] {
    state = state * 1664525 + 1013904223;
    atomic<int> x{0};
    atomic<int> y{0};
    atomic<int>& drawn = (state >> 30 & 1) != 0 ? x : y;
    run_concurrently("thread", 4, [&](int) { drawn.fetch_add(1); });
  });
  EXPECT_THAT(message, AllOf(StartsWith("step 2: expected "), HasSubstr(", came fetch_add")));
  EXPECT_THAT(message, names_likely_causes);
}

// Memory that is never given back lies at another address in each of 5! executions.
TEST(Nondeterminism, Addresses) {
  std::vector<std::unique_ptr<unsigned char[]>> kept;
  const std::string message = misuse_of([&] {
    kept.push_back(std::make_unique<unsigned char[]>(80));
    const auto address = reinterpret_cast<std::uintptr_t>(kept.back().get());
    atomic<int> x{0};
    run_concurrently("thread", 5, [&](int) {
      if ((address >> 4) % 3 == 0) x.load();
      x.fetch_add(1);
    });
  });
  EXPECT_THAT(message, HasSubstr("came "));
  EXPECT_THAT(message, names_likely_causes);
}

// Every first violation is run once more before it is believed.
TEST(Nondeterminism, AViolationThatDoesNotComeBack) {
  int runs = 0;
  const std::string message = misuse_of([&] { require("flaky", ++runs != 1); });
  EXPECT_THAT(message, StartsWith("a violation of flaky did not come back when its schedule was run"
                                  " again"));
  EXPECT_THAT(message, names_likely_causes);
}

TEST(Nondeterminism, AViolationThatTakesAnotherWay) {
  int runs = 0;
  const std::string message = misuse_of([&] {
    atomic<int> x{0};
    if (++runs <= 2) {
      x.load();
    } else {
      x.store(1);
    }
    require("flaky", false);
  });
  EXPECT_THAT(message, HasSubstr("a violation of flaky did not come back"));
  EXPECT_THAT(message, HasSubstr("came store"));
}

}  // namespace
}  // namespace norn
