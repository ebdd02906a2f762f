// What the race detector makes of memory orders: message passing in all its forms. `data` is written,
// then published through an atomic; who sees the publication reads `data`.
#include <gtest/gtest.h>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/fence.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/thread/thread.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using reference::enumerate;
using reference::properties;

const properties none;
const properties race{"no_data_race"};

// Runs the three threads over a fresh `data` and `flag`; the third reads `data` if it returns true.
properties violated_by(const std::function<void(atomic<int>&)>& publish,
                       const std::function<void(atomic<int>&)>& between,
                       const std::function<bool(atomic<int>&)>& sees) {
  return enumerate([&](std::string&) {
           shared<int> data{0, "data"};
           atomic<int> flag{0, "flag"};
           thread writer("writer", [&] {
             data.set(1);
             publish(flag);
           });
           thread middle("middle", [&] {
             if (between) between(flag);
           });
           thread reader("reader", [&] {
             if (sees(flag)) data.get();
           });
           writer.join();
           middle.join();
           reader.join();
         })
      .violated;
}

TEST(MemoryOrder, MessagePassingNeedsReleaseAndAcquire) {
  for (const memory_order store :
       {memory_order_relaxed, memory_order_release, memory_order_seq_cst}) {
    for (const memory_order load :
         {memory_order_relaxed, memory_order_consume, memory_order_acquire, memory_order_seq_cst}) {
      const bool ordered = store != memory_order_relaxed && load != memory_order_relaxed;
      EXPECT_EQ(violated_by([&](auto& flag) { flag.store(1, store); }, nullptr,
                            [&](auto& flag) { return flag.load(load) == 1; }),
                ordered ? none : race);
    }
  }
}

TEST(MemoryOrder, FencesLendTheirOrderToRelaxedOperations) {
  constexpr memory_order orders[] = {memory_order_relaxed, memory_order_acquire,
                                     memory_order_release, memory_order_acq_rel,
                                     memory_order_seq_cst};
  for (const memory_order before_store : orders) {
    for (const memory_order after_load : orders) {
      const bool ordered = before_store != memory_order_relaxed &&
                           before_store != memory_order_acquire &&
                           after_load != memory_order_relaxed && after_load != memory_order_release;
      EXPECT_EQ(violated_by(
                    [&](auto& flag) {
                      norn::atomic_thread_fence(before_store);
                      flag.store(1, memory_order_relaxed);
                    },
                    nullptr,
                    [&](auto& flag) {
                      const bool seen = flag.load(memory_order_relaxed) == 1;
                      norn::atomic_thread_fence(after_load);
                      return seen;
                    }),
                ordered ? none : race);
    }
  }
}

TEST(MemoryOrder, FencesOnTheWrongSideOrderNothing) {
  EXPECT_EQ(violated_by(
                [](auto& flag) {
                  flag.store(1, memory_order_relaxed);
                  norn::atomic_thread_fence(memory_order_release);
                },
                nullptr, [](auto& flag) { return flag.load(memory_order_acquire) == 1; }),
            race);
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); }, nullptr,
                        [](auto& flag) {
                          norn::atomic_thread_fence(memory_order_acquire);
                          return flag.load(memory_order_relaxed) == 1;
                        }),
            race);
}

TEST(MemoryOrder, AFenceMeetsAnAcquireOrARelease) {
  EXPECT_EQ(violated_by(
                [](auto& flag) {
                  norn::atomic_thread_fence(memory_order_release);
                  flag.store(1, memory_order_relaxed);
                },
                nullptr, [](auto& flag) { return flag.load(memory_order_acquire) == 1; }),
            none);
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); }, nullptr,
                        [](auto& flag) {
                          const bool seen = flag.load(memory_order_relaxed) == 1;
                          norn::atomic_thread_fence(memory_order_acquire);
                          return seen;
                        }),
            none);
}

// [intro.races]: a release sequence goes on through read-modify-writes of any thread and any order.
TEST(MemoryOrder, ARelaxedReadModifyWriteKeepsTheReleaseSequence) {
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); },
                        [](auto& flag) { flag.fetch_add(1, memory_order_relaxed); },
                        [](auto& flag) { return flag.load(memory_order_acquire) == 2; }),
            none);
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); },
                        [](auto& flag) {
                          int expected = 1;
                          flag.compare_exchange_strong(expected, 2, memory_order_relaxed);
                        },
                        [](auto& flag) { return flag.load(memory_order_acquire) == 2; }),
            none);
}

TEST(MemoryOrder, AStoreBreaksTheReleaseSequence) {
  const auto store_again = [](auto& flag) {
    if (flag.load(memory_order_relaxed) == 1) flag.store(2, memory_order_relaxed);
  };
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); }, store_again,
                        [](auto& flag) { return flag.load(memory_order_acquire) == 2; }),
            race);
  // Of the releasing thread too, since C++20.
  EXPECT_EQ(violated_by(
                [](auto& flag) {
                  flag.store(1, memory_order_release);
                  flag.store(2, memory_order_relaxed);
                },
                nullptr, [](auto& flag) { return flag.load(memory_order_acquire) == 2; }),
            race);
  // A release by a thread that has not acquired carries nothing of the first.
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); },
                        [](auto& flag) {
                          if (flag.load(memory_order_relaxed) == 1) {
                            flag.store(2, memory_order_release);
                          }
                        },
                        [](auto& flag) { return flag.load(memory_order_acquire) == 2; }),
            race);
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); },
                        [](auto& flag) {
                          if (flag.load(memory_order_acquire) == 1) {
                            flag.store(2, memory_order_release);
                          }
                        },
                        [](auto& flag) { return flag.load(memory_order_acquire) == 2; }),
            none);
}

TEST(MemoryOrder, AReadModifyWriteReleasesWithItsOwnOrderOrAFence) {
  for (const memory_order order : {memory_order_relaxed, memory_order_acquire, memory_order_release,
                                   memory_order_acq_rel, memory_order_seq_cst}) {
    const bool releases = order != memory_order_relaxed && order != memory_order_acquire;
    EXPECT_EQ(violated_by([&](auto& flag) { flag.exchange(1, order); }, nullptr,
                          [](auto& flag) { return flag.load(memory_order_acquire) == 1; }),
              releases ? none : race);
    const bool acquires = order != memory_order_relaxed && order != memory_order_release;
    EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); }, nullptr,
                          [&](auto& flag) { return flag.fetch_or(0, order) == 1; }),
              acquires ? none : race);
  }
  EXPECT_EQ(violated_by(
                [](auto& flag) {
                  norn::atomic_thread_fence(memory_order_release);
                  flag.fetch_add(1, memory_order_relaxed);
                },
                nullptr, [](auto& flag) { return flag.load(memory_order_acquire) == 1; }),
            none);
}

TEST(MemoryOrder, AFailedCompareExchangeHasItsFailureOrder) {
  const auto fails = [](memory_order success, memory_order failure) {
    return [=](atomic<int>& flag) {
      int expected = 7;
      flag.compare_exchange_strong(expected, 8, success, failure);
      return expected == 1;
    };
  };
  const auto publish = [](auto& flag) { flag.store(1, memory_order_release); };
  EXPECT_EQ(violated_by(publish, nullptr, fails(memory_order_acq_rel, memory_order_relaxed)), race);
  EXPECT_EQ(violated_by(publish, nullptr, fails(memory_order_relaxed, memory_order_acquire)), none);
  // Derived from the one order given: acq_rel fails with acquire, release with relaxed.
  const auto fails_with = [](memory_order order) {
    return [=](atomic<int>& flag) {
      int expected = 7;
      flag.compare_exchange_weak(expected, 8, order);
      return expected == 1;
    };
  };
  EXPECT_EQ(violated_by(publish, nullptr, fails_with(memory_order_acq_rel)), none);
  EXPECT_EQ(violated_by(publish, nullptr, fails_with(memory_order_release)), race);
}

TEST(MemoryOrder, WaitingLoadsWithItsOrder) {
  const auto publish = [](auto& flag) {
    flag.store(1, memory_order_release);
    flag.notify_all();
  };
  const auto waits = [](memory_order order) {
    return [=](atomic<int>& flag) {
      flag.wait(0, order);
      return true;
    };
  };
  EXPECT_EQ(violated_by(publish, nullptr, waits(memory_order_acquire)), none);
  EXPECT_EQ(violated_by(publish, nullptr, waits(memory_order_relaxed)), race);
}

TEST(MemoryOrder, AwaitAcquires) {
  const auto awaits = [](auto& flag) {
    await_equal(flag, 1);
    return true;
  };
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_release); }, nullptr, awaits),
            none);
  EXPECT_EQ(violated_by([](auto& flag) { flag.store(1, memory_order_relaxed); }, nullptr, awaits),
            race);
}

}  // namespace
}  // namespace norn
