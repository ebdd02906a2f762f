// An execution that begins like the one before it keeps what was recorded of that one; what may differ
// all the same is taken from the new one.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "explored.hpp"

namespace norn {

using namespace engine;
namespace {

search_result searched(const program& body) {
  explore_options options;
  options.name = "shared_prefix";
  options.properties = {"undecided to the end"};
  return explore(body, options);
}

// Addresses are waited for, and are others in each execution. The two stores have two orders; the wait
// comes after the first store, before or after the null pointer comes, or is left waiting: 3 traces.
TEST(SharedPrefix, AddressesMayDifferFromRunToRun) {
  std::vector<std::unique_ptr<int>> kept;
  const search_result r = searched([&] {
    kept.push_back(std::make_unique<int>());
    int* const place = kept.back().get();
    atomic<int*> head{nullptr};
    run_concurrently([&] { head.store(place); }, [&] { await_equal(head, place); },
                     [&] { head.store(nullptr); });
  });
  EXPECT_FALSE(r.misuse) << *r.misuse;
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.stats.executions, 3u);
}

// An address that is there from the start. The wait comes before the null pointer or never; twice, since
// two additions have two orders.
TEST(SharedPrefix, FirstAddressesMayDifferFromRunToRun) {
  std::vector<std::unique_ptr<int>> kept;
  const space s = explored([&](std::string&) {
    kept.push_back(std::make_unique<int>());
    int* const place = kept.back().get();
    atomic<int> x{0};
    atomic<int*> head{place};
    x.store(0);
    run_concurrently([&] { x.fetch_add(1); }, [&] { x.fetch_add(1); }, [&] { head.store(nullptr); },
                     [&] { await_equal(head, place); });
  });
  EXPECT_EQ(s.executions, 4u);
}

// The same where it is stored in the common beginning.
TEST(SharedPrefix, StoredAddressesMayDifferFromRunToRun) {
  std::vector<std::unique_ptr<int>> kept;
  const space s = explored([&](std::string&) {
    kept.push_back(std::make_unique<int>());
    int* const place = kept.back().get();
    atomic<int> x{0};
    atomic<int*> head{nullptr};
    head.store(place);
    run_concurrently([&] { x.fetch_add(1); }, [&] { x.fetch_add(1); }, [&] { head.store(nullptr); },
                     [&] { await_equal(head, place); });
  });
  EXPECT_EQ(s.executions, 4u);
}

// The same where the wait is over in the common beginning: it comes after the first store or after the
// third. The additions to x have two orders, those to y as well: 2 * 2 * 2.
TEST(SharedPrefix, AwaitedAddressesMayDifferFromRunToRun) {
  std::vector<std::unique_ptr<int>> kept;
  const space s = explored([&](std::string&) {
    kept.push_back(std::make_unique<int>());
    int* const place = kept.back().get();
    atomic<int> x{0};
    atomic<int> y{0};
    atomic<int*> head{nullptr};
    run_concurrently([&] { x.fetch_add(1); },
                     [&] {
                       await_equal(head, place);
                       y.fetch_add(1);
                     },
                     [&] {
                       head.store(place);
                       head.store(nullptr);
                       head.store(place);
                     },
                     [&] {
                       y.fetch_add(1);
                       x.fetch_add(1);
                     });
  });
  EXPECT_EQ(s.executions, 8u);
}

// More threads than the tables had room for appear in a later execution: the branch where the reader
// comes second creates nine, after a common beginning. The two orders of the store and the load are
// the only traces; the nine do nothing.
TEST(SharedPrefix, TablesMayWidenAfterIt) {
  const search_result r = searched([] {
    atomic<int> x{0};
    thread writer([&] { x.store(1); });
    thread reader([&] {
      if (x.load() == 0) return;
      run_concurrently("late", 9, [](int) {});
    });
    writer.join();
    reader.join();
  });
  EXPECT_FALSE(r.misuse) << *r.misuse;
  EXPECT_EQ(r.stats.executions, 2u);
}

// Nor does anything of the narrow tables remain. In two executions, one of them after the first two threads
// have changed places, the reader comes second, creates nine threads and one of those adds to y, before
// the last thread's addition or after it: 2 * (1 + 2).
TEST(SharedPrefix, NarrowTablesAreForgotten) {
  const search_result r = searched([] {
    atomic<int> x{0};
    atomic<int> y{0};
    atomic<int> z{0};
    thread first([&] { z.load(); });
    thread reader([&] {
      if (x.load() == 0) return;
      run_concurrently("late", 9, [&](int t) {
        if (t == 0) y.fetch_add(1);
      });
    });
    thread second([&] { z.store(1); });
    thread writer([&] { x.store(1); });
    thread last([&] { y.fetch_add(1); });
    first.join();
    reader.join();
    second.join();
    writer.join();
    last.join();
  });
  EXPECT_FALSE(r.misuse) << *r.misuse;
  EXPECT_EQ(r.stats.executions, 6u);
}

// Follows a link that others may set: which object it reads depends on it.
class link {
 public:
  void follow() {
    static constexpr operation_kind kind{.name = "follow", .reach = reach::unknown};
    point p{kind, state_, source_location::current()};
    p.read(state_);
    p.read(set_ ? there_ : here_);
  }
  void set() {
    static constexpr operation_kind kind{"set"};
    point p{kind, state_, source_location::current()};
    p.write(state_);
    set_ = true;
  }

 private:
  object state_{"link"};
  object here_{"place"};
  object there_{"place"};
  bool set_ = false;
};

// What follows a link is tried alone, to see what it touches; when that run is abandoned a destructor
// makes an object. The execution that then begins with the same step makes another one in its place.
TEST(SharedPrefix, ObjectsMadeByUnwindingAreNotInIt) {
  const auto lock_one = [] {
    mutex m;
    const std::lock_guard own(m);
  };
  const space s = explored([&](std::string&) {
    link to;
    run_concurrently(
        [&] {
          to.set();
          lock_one();
        },
        [&] {
          struct at_exit {
            decltype(lock_one) run;
            ~at_exit() { run(); }
          };
          atomic<int> own{0};
          const at_exit guard{lock_one};
          to.follow();
          own.load();
        });
  });
  EXPECT_EQ(s.executions, 2u);
}

// A runner that has run one program knows nothing of the next one.
TEST(SharedPrefix, AnotherProgramSharesNothing) {
  const auto run_in = [](runner& r, const program& body) {
    exhaustive search;
    search.begin_execution();
    return r.threads().by_creation(r.run(body, search));
  };
  const program creates = [] {
    thread t([] {});
    atomic<int> x{0};
    x.store(1);
    t.join();
  };
  runner used(runner::settings{});
  run_in(used, [] {
    mutex m;
    const std::lock_guard own(m);
  });
  runner fresh(runner::settings{});
  EXPECT_EQ(run_in(used, creates), run_in(fresh, creates));
}

// A predicate is not evaluated again for steps that have been recorded, and keeps its verdict.
TEST(SharedPrefix, ViolationsInItAreFoundOnce) {
  const search_result r = searched([] {
    atomic<int> x{0};
    always("small", [&] { return x.load() < 2; });
    x.store(2);
    atomic<int> y{0};
    run_concurrently("thread", 3, [&](int) { y.fetch_add(1); });
  });
  EXPECT_FALSE(r.misuse) << *r.misuse;
  EXPECT_EQ(r.stats.executions, 6u);  // 3!
  ASSERT_EQ(r.properties.size(), 2u);
  EXPECT_EQ(r.properties[1].property, "small");
  EXPECT_EQ(r.properties[1].verdict, conclusion::violated);
  EXPECT_EQ(r.properties[1].counterexample->found_execution, 1u);
}

// The halves of a race may be far apart, one in the common beginning.
TEST(SharedPrefix, RacesReachIntoIt) {
  const search_result r = searched([] {
    shared<int> plain{0};
    atomic<int> x{0};
    thread early([&] {
      plain = 1;
      x.fetch_add(1);
    });
    thread late([&] {
      x.fetch_add(2);
      if (x.load() == 2) plain = 2;
    });
    early.join();
    late.join();
  });
  EXPECT_FALSE(r.misuse) << *r.misuse;
  ASSERT_EQ(r.properties.size(), 2u);
  EXPECT_EQ(r.properties[1].property, "no_data_race");
}

}  // namespace
}  // namespace norn
