// Event loops against the naive explorer: what another thread hands in, what threads of the pool do, and objects of a
// loop that another thread uses without being allowed to.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include <norn/norn.hpp>
#include <norn/tests/reference/compare.hpp>

#include "script.hpp"

namespace norn::asyncio_script {
namespace {

namespace aio = asyncio;
using namespace std::chrono_literals;
using reference::observed_program;

// NORN_PROGRAMS=N sets how many scripts each test draws; NORN_SEED=N draws others.
void hold_against_naive(std::uint64_t seed, const shape& drawn, std::uint64_t by_default) {
  engine::random_source random(seed + 1000 * reference::from_environment("NORN_SEED", 0));
  const std::uint64_t count = reference::from_environment("NORN_PROGRAMS", by_default);
  reference::tally total;
  for (std::uint64_t i = 0; i < count; ++i) {
    const script s = draw(random, drawn);
    told log;
    const observed_program program{[&] { run(s, {}, log); },
                                   [&] {
                                     std::string text;
                                     for (const std::string& each : log) text += each + "\n";
                                     return text;
                                   }};
    ASSERT_EQ(reference::compare(program, total), "") << s.dump();
  }
  EXPECT_GT(total.compared, count / 2);
  EXPECT_GT(total.traces, total.compared);
}

TEST(AsyncioAgainstReference, Threads) {
  hold_against_naive(1, {.tasks = 2, .length = 2, .jobs = 1}, 60);
}
TEST(AsyncioAgainstReference, TwoThreads) {
  hold_against_naive(2, {.tasks = 2, .length = 1, .jobs = 2}, 30);
}
TEST(AsyncioAgainstReference, Timers) {
  hold_against_naive(3, {.tasks = 2, .length = 3, .timers = true}, 100);
}
TEST(AsyncioAgainstReference, TimersAndThreads) {
  hold_against_naive(4, {.tasks = 2, .length = 2, .timers = true, .jobs = 1}, 30);
}

void expect_like_naive(const std::function<void(std::string&)>& body) {
  std::string order;
  reference::tally total;
  const observed_program program{[&] {
                                   order = "blocked ";
                                   body(order);
                                   order += "over";
                                 },
                                 [&] { return order; }};
  EXPECT_EQ(reference::compare(program, total), "");
  EXPECT_EQ(total.compared, 1u);
  EXPECT_GT(total.executions, 1u);
}

// A task is cancelled from another thread, at any moment of its life.
TEST(AsyncioAgainstReference, CancelledFromAThread) {
  expect_like_naive([](std::string& order) {
    std::optional<thread> client;
    aio::run([&] {
      aio::lock lock;
      auto a = aio::create_task("a", [&] {
        const aio::lock_guard hold(lock);
        aio::sleep(0s);
        order += "a ";
      });
      auto b = aio::create_task("b", [&] {
        const aio::lock_guard hold(lock);
        order += "b ";
      });
      client.emplace("client", [b] {
        try {
          b.loop().call_soon_threadsafe([b] { b.cancel(); });
        } catch (const aio::runtime_error&) {
        }
      });
      aio::gather(std::vector{a, b}, aio::exceptions::collect).await();
    });
    client->join();
  });
}

// Three tasks that wait for a thread each: as many executions as docs/event-loops.md says.
TEST(AsyncioAgainstReference, ThreeTasksWaitForThreads) {
  reference::tally total;
  const observed_program program{
      [] {
        aio::run([] {
          std::vector<aio::task<void>> all;
          for (int i = 0; i < 3; ++i) {
            all.push_back(aio::create_task("t", [] { aio::to_thread([] {}); }));
          }
          aio::gather(all).await();
        });
      },
      [] { return ""; }};
  EXPECT_EQ(reference::compare(program, total), "");
  EXPECT_EQ(total.compared, 1u);
  EXPECT_EQ(total.traces, 90u);  // of every interleaving
}

// Two loops of two threads share a lock, which no loop is safe with.
TEST(AsyncioAgainstReference, TwoLoopsShareALock) {
  expect_like_naive([](std::string& order) {
    aio::lock lock;
    run_concurrently("loop", 2, [&](int i) {
      aio::run([&] {
        try {
          const aio::lock_guard hold(lock);
          aio::sleep(0s);
          order += std::to_string(i);
        } catch (const aio::runtime_error& e) {
          order += e.what();
        }
      });
    });
  });
}

// A thread sets a result without telling the loop, which may sleep on.
TEST(AsyncioAgainstReference, ResultSetFromAThread) {
  std::set<std::string> seen;
  expect_like_naive([&](std::string& order) {
    std::optional<thread> other;
    aio::run([&] {
      const aio::future<int> result;
      other.emplace("other", [result] { result.set_result(7); });
      order += std::to_string(result.await());
      seen.insert(order);
    });
    other->join();
  });
  EXPECT_EQ(seen, (std::set<std::string>{"blocked 7"}));
}

}  // namespace
}  // namespace norn::asyncio_script
