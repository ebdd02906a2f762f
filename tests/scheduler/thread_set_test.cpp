// Sets of threads.
#include <norn/scheduler/base/thread_set.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace norn {

using namespace engine;
namespace {

TEST(ThreadSet, HoldsAnyNumberOfThreads) {
  thread_set set;
  EXPECT_TRUE(set.empty());
  for (const auto t : {thread_id{0}, thread_id{63}, thread_id{64}, thread_id{700}}) {
    EXPECT_FALSE(set.contains(t));
    set.insert(t);
    EXPECT_TRUE(set.contains(t));
  }
  EXPECT_EQ(set.size(), 4u);
  set.erase(thread_id{64});
  set.erase(thread_id{0});
  EXPECT_FALSE(set.contains(thread_id{64}));
  EXPECT_FALSE(set.contains(thread_id{0}));
  EXPECT_EQ(set.size(), 2u);
  EXPECT_FALSE(set.empty());
}

TEST(ThreadSet, FindsTheFirstThatItHoldsFor) {
  thread_set set;
  for (const auto t : {thread_id{700}, thread_id{64}, thread_id{63}, thread_id{5}}) set.insert(t);
  std::vector<thread_id> seen;
  const auto look = [&](thread_id wanted) {
    seen.clear();
    return set.find([&](thread_id t) {
      seen.push_back(t);
      return t == wanted;
    });
  };
  EXPECT_EQ(look(thread_id{64}), thread_id{64});
  EXPECT_EQ(seen, (std::vector{thread_id{5}, thread_id{63}, thread_id{64}}));
  EXPECT_EQ(look(thread_id{6}), no_thread);
  EXPECT_EQ(seen.size(), 4u);
  set.clear();
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(look(thread_id{5}), no_thread);
}

}  // namespace
}  // namespace norn
