// An execution that begins like the one before it keeps what was recorded of that one; what may differ
// all the same is taken from the new one.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {
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
