// Event loops: what comes in which order, and how many orders there are.
#include <gtest/gtest.h>

#include <norn/model/asyncio/condition.hpp>
#include <norn/model/asyncio/event.hpp>
#include <norn/model/asyncio/gather.hpp>
#include <norn/model/asyncio/lock.hpp>
#include <norn/model/asyncio/queue.hpp>
#include <norn/model/asyncio/run.hpp>
#include <norn/model/asyncio/semaphore.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/asyncio/task_group.hpp>
#include <norn/model/asyncio/thread_pool.hpp>
#include <norn/model/asyncio/timeout.hpp>
#include <norn/norn.hpp>

namespace {

namespace aio = norn::asyncio;
using namespace std::chrono_literals;

struct seen {
  std::set<std::string> orders;
  std::uint64_t executions = 0;
  std::string problem;
};

seen all_orders(const std::function<void(std::string&)>& body) {
  seen result;
  norn::explore_options options;
  const norn::search_result found = norn::explore(
      [&] {
        std::string order;
        body(order);
        result.orders.insert(order);
      },
      options);
  result.executions = found.stats.executions;
  if (found.misuse) result.problem = *found.misuse;
  for (const auto& p : found.properties) {
    if (p.verdict != norn::conclusion::holds) result.problem += p.property + ": " + p.message;
  }
  return result;
}

// Eight tasks that yield four times each come in one order: a loop is fair and takes its tasks in turn.
TEST(EventLoop, TakesTasksInTurn) {
  const seen found = all_orders([](std::string& order) {
    norn::shared<int> steps{0};
    aio::run([&] {
      std::vector<aio::task<void>> all;
      for (int i = 0; i < 8; ++i) {
        all.push_back(aio::create_task("task", [&, i] {
          for (int turn = 0; turn < 4; ++turn) {
            order += std::to_string(i);
            steps.set(steps.get() + 1);
            aio::sleep(0s);
          }
        }));
      }
      for (auto& each : all) each.await();
    });
    order += ":" + std::to_string(steps.get());
  });
  EXPECT_EQ(found.problem, "");
  EXPECT_EQ(found.orders, (std::set<std::string>{"01234567012345670123456701234567:32"}));
  EXPECT_EQ(found.executions, 1u);
}

// Threads of the pool come to an end in any order. With two, the loop looks at what is ready in the event in which the
// second task begins to wait (e0), in the one that finds the first end (e1), and in the end of the task that had waited
// for it (e2). The first thread may end before e0, which then is e1: the second ends before or after e2. Else whichever
// ends first, the other ends before e1, before e2 or after it: 2 + 3 + 3.
TEST(EventLoop, WaitsForThreads) {
  for (int n = 1; n <= 3; ++n) {
    const seen found = all_orders([n](std::string& order) {
      norn::atomic<int> sum{0};
      aio::run([&] {
        std::vector<aio::task<void>> all;
        for (int i = 0; i < n; ++i) {
          all.push_back(aio::create_task(
              "task", [&, i] { order += std::to_string(aio::to_thread([&, i] { return i; })); }));
        }
        aio::gather(all).await();
      });
    });
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.orders.size(), n == 1 ? 1u : n == 2 ? 2u : 6u) << n;
    if (n < 3) {
      EXPECT_EQ(found.executions, n == 1 ? 1u : 8u) << n;
    }
  }
}

// The timeout was set after the sleep began and is shorter: if the steps of the loop take time either is first. The
// sleep of three seconds began after it.
TEST(EventLoop, TimersMayComeDueAtAnyTime) {
  for (const aio::loop_time takes : {aio::loop_time::asynchronous, aio::loop_time::prompt}) {
    const seen found = all_orders([&](std::string& order) {
      aio::run(
          [&] {
            aio::lock lock;
            auto a = aio::create_task("a", [&] {
              aio::sleep(2s);
              order += "a";
            });
            auto b = aio::create_task("b", [&] {
              try {
                aio::with_timeout(1s, [&] {
                  aio::sleep(3s);
                  order += "b";
                });
              } catch (const aio::timeout_error&) {
                order += "t";
              }
            });
            a.await();
            b.await();
          },
          {.steps_take = takes});
    });
    EXPECT_EQ(found.problem, "");
    const bool prompt = takes == aio::loop_time::prompt;
    EXPECT_EQ(found.orders,
              prompt ? (std::set<std::string>{"ta"}) : (std::set<std::string>{"at", "ta"}));
  }
}

}  // namespace
