// The examples of docs/event-loops.md.
#include <gtest/gtest.h>

#include <norn/testing/norn_test.hpp>

// [quota]
#include <norn/norn.hpp>

namespace asyncio = norn::asyncio;
using namespace std::chrono_literals;

// Three calls are free. Whoever has not used them up makes a call, which takes a round trip.
struct account {
  norn::shared<int> used{0, "used"};

  bool call() {
    if (used.get() >= 3) return false;
    asyncio::sleep(10ms);
    used.set(used.get() + 1);
    return true;
  }
};

void three_calls_are_free() {
  account a;
  a.used.set(2);
  int made = 0;
  asyncio::run([&] {
    asyncio::with_task_group([&](asyncio::task_group& group) {
      for (const char* name : {"request/0", "request/1"}) {
        group.create_task(name, [&] { made += a.call() ? 1 : 0; });
      }
    });
  });
  norn::require("quota", made == 1, std::to_string(made) + " calls where one was left");
}
// [end]

namespace {

TEST(EventLoopExample, Quota) {
  norn::explore_options options;
  options.properties = {"quota"};
  const norn::search_result found = norn::explore(three_calls_are_free, options);
  EXPECT_EQ(found.misuse, std::nullopt);
  EXPECT_EQ(found.properties[0].verdict, norn::conclusion::violated);
  EXPECT_EQ(found.properties[0].message, "2 calls where one was left");
}

// [held]
TEST(EventLoopExample, QuotaIsKeptUnderALock) {
  norn::explore_options options;
  options.properties = {"quota"};
  const norn::search_result found = norn::explore(
      [] {
        account a;
        a.used.set(2);
        int made = 0;
        asyncio::lock lock{"quota"};
        asyncio::run([&] {
          const auto request = [&] {
            const asyncio::lock_guard hold(lock);  // async with lock
            made += a.call() ? 1 : 0;
          };
          const std::vector all = {asyncio::create_task("request/0", request),
                                   asyncio::create_task("request/1", request)};
          asyncio::gather(all).await();
        });
        norn::require("quota", made == 1);
      },
      options);
  EXPECT_EQ(found.properties[0].verdict, norn::conclusion::holds);
  EXPECT_TRUE(found.complete);
}
// [end]

}  // namespace
