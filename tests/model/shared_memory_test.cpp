// The memory of a process is no other process' to use.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include <norn/norn.hpp>

namespace norn {
namespace {

std::string misuse_of(const std::function<void()>& body) {
  return explore(body, {}).misuse.value_or("none");
}

void two_processes(const std::function<void()>& use) {
  run_processes("worker", 2, [&](int) { use(); });
}

TEST(SharedMemory, TwoProcessesDoNotShareAnAtomic) {
  const std::string said = misuse_of([] {
    atomic<int> counter{0, "counter"};
    two_processes([&] { ++counter; });
  });
  EXPECT_EQ(
      said.substr(0, said.find('\n')),
      "counter is in the memory of one process, and two use it: worker/0 of process `worker/0` "
      "and worker/1 of process `worker/1`.");
  EXPECT_NE(said.find("norn::process_local"), std::string::npos);
  EXPECT_NE(said.find("norn::shared_memory"), std::string::npos);
}

TEST(SharedMemory, NorAnyOtherThingInMemory) {
  const auto shared_by_two = [](const auto& make, const auto& use) {
    return misuse_of([&] {
      const auto thing = make();
      two_processes([&] { use(*thing); });
    });
  };
  const auto refused = "in the memory of one process";
  const auto lock = [](auto& m) {
    m.lock();
    m.unlock();
  };
  EXPECT_NE(shared_by_two([] { return std::make_unique<mutex>("m"); }, lock).find(refused),
            std::string::npos);
  EXPECT_NE(shared_by_two([] { return std::make_unique<shared_mutex>("m"); }, lock).find(refused),
            std::string::npos);
  EXPECT_NE(
      shared_by_two([] { return std::make_unique<recursive_mutex>("m"); }, lock).find(refused),
      std::string::npos);
  EXPECT_NE(shared_by_two([] { return std::make_unique<shared<int>>(0, "s"); },
                          [](auto& s) { (void)s.get(); })
                .find(refused),
            std::string::npos);
  EXPECT_NE(
      shared_by_two([] { return std::make_unique<latch>(2, "l"); }, [](auto& l) { l.count_down(); })
          .find(refused),
      std::string::npos);
  EXPECT_NE(shared_by_two([] { return std::make_unique<counting_semaphore<2>>(0, "s"); },
                          [](auto& s) { s.release(); })
                .find(refused),
            std::string::npos);
  EXPECT_NE(shared_by_two([] { return std::make_unique<condition_variable>("c"); },
                          [](auto& c) { c.notify_all(); })
                .find(refused),
            std::string::npos);
}

// The second use comes in one of the orders only, behind what executions have in common.
TEST(SharedMemory, FoundInWhateverOrderItComes) {
  const std::string said = misuse_of([] {
    atomic<int> mine{0, "mine"};
    process a("a");
    process b("b");
    std::unique_ptr<atomic<int>> turn;
    {
      const shared_memory mapped;
      turn = std::make_unique<atomic<int>>(0, "turn");
    }
    thread first = a.spawn("a", [&] {
      ++mine;
      if (turn->load() == 0) turn->store(1);
    });
    thread second = b.spawn("b", [&] {
      if (turn->exchange(2) == 1) ++mine;  // only where the other one came first
    });
    first.join();
    second.join();
  });
  EXPECT_NE(said.find("mine is in the memory of one process"), std::string::npos) << said;
}

// What the body sets up and looks at is nobody's memory, while it is alone.
TEST(SharedMemory, TheBodyMayLook) {
  EXPECT_EQ(misuse_of([] {
              atomic<int> counter{0, "counter"};
              counter = 1;
              process("worker").run("worker", [&] { ++counter; });
              require("counted", counter.load() == 2);
            }),
            "none");
  EXPECT_NE(misuse_of([] {
              atomic<int> counter{0, "counter"};
              thread worker = process("worker").spawn("worker", [&] { ++counter; });
              ++counter;
              worker.join();
            }).find("counter is in the memory of one process"),
            std::string::npos);
}

TEST(SharedMemory, ThreadsOfOneProcessShareIt) {
  EXPECT_EQ(misuse_of([] {
              atomic<int> counter{0, "counter"};
              const process worker("worker");
              thread one = worker.spawn("one", [&] { ++counter; });
              thread two = worker.spawn("two", [&] {
                thread child("child", [&] { ++counter; });  // where its creator is
                child.join();
              });
              one.join();
              two.join();
            }),
            "none");
}

// Each of these may be used by two processes: one of its own, mapped memory, a file.
TEST(SharedMemory, WhatProcessesMayShare) {
  EXPECT_EQ(misuse_of([] {
              process_local<atomic<int>> counter{"counter"};
              two_processes([&] { ++*counter; });
            }),
            "none");
  EXPECT_EQ(misuse_of([] {
              const shared_memory mapped;
              atomic<int> counter{0, "counter"};
              two_processes([&] { ++counter; });
            }),
            "none");
}

// An exception is only for what the thread makes while it lives.
TEST(SharedMemory, EndsWithItsScope) {
  EXPECT_NE(misuse_of([] {
              { const shared_memory mapped; }
              atomic<int> counter{0, "counter"};
              two_processes([&] { ++counter; });
            }),
            "none");
  EXPECT_EQ(misuse_of([] {
              const shared_memory outer;
              { const shared_memory inner; }
              atomic<int> counter{0, "counter"};
              two_processes([&] { ++counter; });
            }),
            "none");
}

}  // namespace
}  // namespace norn
