// Code that models call on the worker's own stack, and what a worker keeps from one execution to the next.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <norn/norn.hpp>
#include <norn/scheduler/run/outside.hpp>
#include <norn/scheduler/run/worker_local.hpp>

namespace norn {

using namespace engine;
namespace {

// Takes more stack than a thread of the model has.
std::size_t takes_much_stack(unsigned char fill) {
  volatile unsigned char much[3 * 1024 * 1024];
  for (std::size_t i = 0; i < sizeof(much); i += 4096) much[i] = fill;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < sizeof(much); i += 4096) sum += much[i];
  return sum;
}
constexpr std::size_t pages = 3 * 1024 * 1024 / 4096;

TEST(Outside, HasTheStackOfTheWorker) {
  std::uint64_t calls = 0;
  const search_result found = explore(
      [&] {
        atomic<int> x{0};
        run_concurrently("t", 2, [&](int i) {
          x.fetch_add(1);
          const std::size_t sum =
              outside([&] { return takes_much_stack(static_cast<unsigned char>(i + 1)); });
          require("sum", sum == pages * static_cast<std::size_t>(i + 1));
          ++calls;
        });
      },
      {});
  EXPECT_EQ(found.misuse, std::nullopt);
  for (const property_verdict& p : found.properties) EXPECT_EQ(p.message, "") << p.property;
  EXPECT_EQ(found.stats.executions, 2U);
  EXPECT_GE(calls, 4U);
}

TEST(Outside, ThrowsWhatIsThrownThere) {
  std::string caught;
  explore(
      [&] {
        try {
          outside([] { throw std::runtime_error("from there"); });
        } catch (const std::runtime_error& e) {
          caught = e.what();
        }
      },
      {});
  EXPECT_EQ(caught, "from there");
}

TEST(Outside, HasNoOperations) {
  std::string caught;
  explore(
      [&] {
        atomic<int> x{0};
        try {
          outside([&] { x.store(1); });
        } catch (const std::logic_error& e) {
          caught = e.what();
        }
        x.store(2);  // the caller goes on
      },
      {});
  EXPECT_NE(caught.find("outside the body of a check"), std::string::npos) << caught;
}

TEST(Outside, IsAPlainCallWhereNothingIsExplored) {
  EXPECT_EQ(outside([] { return 3; }), 3);
}

struct calls_when_destroyed {
  int* calls;
  ~calls_when_destroyed() {
    outside([] { takes_much_stack(1); });
    ++*calls;
  }
};

// A thread that is blocked for good is unwound when the execution is over, one that is killed in the step that kills it.
TEST(Outside, IsThereWhileAStackIsUnwound) {
  int calls = 0;
  explore(
      [&] {
        mutex m;
        m.lock();
        thread blocked("blocked", [&] {
          const calls_when_destroyed guard{&calls};
          m.lock();
        });
        blocked.detach();
      },
      {});
  EXPECT_GE(calls, 1);
  calls = 0;
  explore(
      [&] {
        faults world;
        const process victim("victim");
        world.crash(victim);
        thread dies = victim.spawn("dies", [&] {
          const calls_when_destroyed guard{&calls};
          atomic<int> x{0};
          x.store(1);
        });
        dies.join();
      },
      {});
  EXPECT_GE(calls, 2);
}

std::atomic<int> made{0};
struct dear {
  dear() { ++made; }
  int used = 0;
};

TEST(WorkerLocal, OutlivesExecutions) {
  made = 0;
  int last = 0;
  const search_result found = explore(
      [&] {
        atomic<int> x{0};
        run_concurrently("t", 3, [&](int) { x.fetch_add(1); });
        last = ++worker_local<dear>().used;
      },
      {});
  EXPECT_EQ(found.stats.executions, 6U);  // 3!
  EXPECT_EQ(made, 1);
  EXPECT_GE(last, 6);  // probes use it, too
}

}  // namespace
}  // namespace norn
