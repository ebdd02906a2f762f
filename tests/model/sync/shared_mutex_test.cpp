#include <gtest/gtest.h>

#include <norn/model/memory/shared.hpp>
#include <norn/model/sync/lock.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/clock.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using reference::properties;

TEST(SharedMutex, ReadersOverlapInEveryOrder) {
  const auto e = enumerate([](std::string&) {
    shared_mutex m;
    run_concurrently("reader", 2, [&](int) { const shared_lock hold{m}; });
  });
  // Two threads of two events that all depend on one another: 4!/(2!2!).
  EXPECT_EQ(e.executions, 6u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(SharedMutex, AWriterExcludesAll) {
  const auto e = enumerate([](std::string&) {
    shared_mutex m;
    shared<int> x{0, "x"};
    thread writer([&] {
      const lock_guard hold{m};
      ++x;
    });
    run_concurrently("reader", 2, [&](int) {
      const shared_lock hold{m};
      x.get();
    });
    writer.join();
  });
  // The readers' four events have 6 orders; the writer's pair fits in wherever no reader is inside: 3
  // places in each of the two orders without overlap, 2 (before and after) in the other four.
  EXPECT_EQ(e.executions, 3u + 3u + 4 * 2u);
  EXPECT_EQ(e.violated, properties{});
}

TEST(SharedMutex, ReadersDoNotSynchroniseWithReaders) {
  const auto e = enumerate([](std::string&) {
    shared_mutex m;
    shared<int> x{0, "x"};
    thread writes([&] {
      const shared_lock hold{m};
      x.set(1);
    });
    thread reads([&] {
      const shared_lock hold{m};
      x.get();
    });
    writes.join();
    reads.join();
  });
  EXPECT_EQ(e.violated, properties{"no_data_race"});
}

TEST(SharedMutex, AReaderSynchronisesWithTheNextOwner) {
  const auto e = enumerate([](std::string&) {
    shared_mutex m;
    shared<int> x{0, "x"};
    run_concurrently("reader", 2, [&](int) {
      m.lock_shared();
      x.get();
      m.unlock_shared();
    });
    thread writer([&] {
      m.lock();
      x.set(1);
      m.unlock();
    });
    m.lock_shared();
    x.get();
    m.unlock_shared();
    writer.join();
  });
  EXPECT_EQ(e.violated, properties{});
}

TEST(SharedMutex, TryingFailsWhileTheOtherModeIsHeld) {
  const auto e = enumerate([](std::string& outcome) {
    shared_mutex m;
    std::string seen[2];
    thread reader([&] {
      const bool taken = m.try_lock_shared();
      seen[0] = taken ? "shares " : "no share ";
      if (taken) m.unlock_shared();
    });
    thread writer([&] {
      const bool taken = m.try_lock();
      seen[1] = taken ? "owns" : "does not own";
      if (taken) m.unlock();
    });
    reader.join();
    writer.join();
    outcome = seen[0] + seen[1];
  });
  // Whoever is first succeeds; the other fails in between, or succeeds afterwards.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes, (outcomes{"shares owns", "shares does not own", "no share owns"}));
}

TEST(SharedMutex, TimedLocksTimeOutWhileTheOtherModeIsHeld) {
  const auto e = enumerate([](std::string& outcome) {
    shared_timed_mutex m;
    std::string seen[2];
    thread reader([&] {
      const shared_lock hold{m, 1ms};
      seen[0] = hold ? "shares " : "no share ";
    });
    thread writer([&] {
      const unique_lock hold{m, 2ms};
      seen[1] = hold ? "owns " : "does not own ";
    });
    reader.join();
    writer.join();
    outcome = seen[0] + seen[1] + shown(steady_clock::now().time_since_epoch());
  });
  // Whoever is first succeeds; the other times out in between, or succeeds afterwards. The writer's
  // timeout at 1 ms + 2 ms is impossible: the reader's timeout needs the writer to have succeeded.
  EXPECT_EQ(e.executions, 4u);
  EXPECT_EQ(e.outcomes,
            (outcomes{"shares owns 0 s", "shares does not own 2 ms", "no share owns 1 ms"}));
}

// Failures beside readers, and misuse, made the search run traces twice while they were reads.
TEST(SharedMutex, WhatHappensWhileReadersMayJoinIsInOneOrder) {
  const auto failures = enumerate([](std::string&) {
    shared_mutex m;
    m.lock_shared();
    run_concurrently([&] { m.lock_shared(); }, [&] { m.try_lock(); }, [&] { m.try_lock(); });
  });
  EXPECT_EQ(failures.executions, 6u);  // 3!
  const auto misuse = enumerate([](std::string&) {
    shared_mutex m;
    run_concurrently([&] { m.lock_shared(); }, [&] { m.unlock(); }, [&] { m.unlock_shared(); });
  });
  EXPECT_EQ(misuse.executions, 6u);  // 3!
}

TEST(SharedMutex, ThereIsNoUpgrade) {
  const auto e = enumerate([](std::string&) {
    shared_mutex m;
    m.lock_shared();
    m.lock();
  });
  EXPECT_EQ(e.violated, properties{"no_double_lock"});
  EXPECT_EQ(e.messages.at("no_double_lock"),
            "main locks a mutex that it already shares: it would wait for itself; unlock it first "
            "(there is no upgrade from shared)");
}

TEST(SharedMutex, MisuseIsAViolation) {
  const std::function<void(shared_mutex&)> misuses[] = {
      [](shared_mutex& m) { m.unlock(); },
      [](shared_mutex& m) { m.unlock_shared(); },
      [](shared_mutex& m) { m.lock(), m.unlock_shared(); },
      [](shared_mutex& m) { m.lock_shared(), m.unlock(); },
  };
  for (const auto& misuse : misuses) {
    const auto e = enumerate([&](std::string&) {
      shared_mutex m;
      misuse(m);
    });
    EXPECT_EQ(e.violated, properties{"unlock_by_owner"});
  }
  const std::function<void(shared_mutex&)> second_locks[] = {
      [](shared_mutex& m) { m.lock(), m.lock(); },
      [](shared_mutex& m) { m.lock(), m.lock_shared(); },
      [](shared_mutex& m) { m.lock(), m.try_lock_shared(); },
      [](shared_mutex& m) { m.lock_shared(), m.lock_shared(); },
      [](shared_mutex& m) { m.lock_shared(), m.try_lock(); },
  };
  for (const auto& second_lock : second_locks) {
    const auto e = enumerate([&](std::string&) {
      shared_mutex m;
      second_lock(m);
    });
    EXPECT_EQ(e.violated, properties{"no_double_lock"});
  }
}

}  // namespace
}  // namespace norn
