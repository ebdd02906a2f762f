// Symmetric groups of known programs, the bodies that are none, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {

using namespace engine;
namespace {

using ::testing::HasSubstr;

constexpr run_options equal{.symmetric = true};

search_result searched(const program& body) {
  explore_options options;
  options.name = "symmetric";
  options.properties = {"undecided to the end"};
  return explore(body, options);
}

std::uint64_t executions_of(const program& body) {
  const search_result found = searched(body);
  EXPECT_FALSE(found.misuse) << *found.misuse;
  EXPECT_TRUE(found.complete);
  EXPECT_TRUE(found.stats.met_groups);
  return found.stats.executions;
}

std::string misuse_of(const program& body) { return searched(body).misuse.value_or("none"); }

std::set<std::string> violated_by(const program& body) {
  std::set<std::string> names;
  for (const property_verdict& each : searched(body).properties) {
    if (each.verdict == conclusion::violated) names.insert(each.property);
  }
  return names;
}

// --- one class each ---

TEST(SymmetricGroup, TenFetchAdds) {
  EXPECT_EQ(executions_of([] {
              atomic<int> n;
              run_concurrently(
                  "t", 10, [&](int) { n.fetch_add(1); }, equal);
            }),
            1u);
}

TEST(SymmetricGroup, TenLockedIncrements) {
  EXPECT_EQ(executions_of([] {
              mutex m;
              shared<int> n{0};
              run_concurrently(
                  "t", 10,
                  [&](int) {
                    const std::scoped_lock lock(m);
                    n.set(n.get() + 1);
                  },
                  equal);
              require("counts_all", n.get() == 10, "not ten");
            }),
            1u);
}

// Each writes what it has read into a file of its own, and gives it the name that all read.
TEST(SymmetricGroup, TenWritersWithFilesOfTheirOwn) {
  EXPECT_EQ(executions_of([] {
              io::write_file("count", "").value();
              mutex m;
              run_concurrently(
                  "writer", 10,
                  [&](int i) {
                    const std::scoped_lock lock(m);
                    const std::string own = "count.tmp." + std::to_string(i);
                    io::write_file(own, io::read_file("count").value() + "I").value();
                    io::rename(own, "count").value();
                  },
                  equal);
              require("counts_all", io::read_file("count").value() == "IIIIIIIIII", "not ten");
            }),
            1u);
}

// --- as many as there are orbits ---

// It reads after 0 … 6 of the additions, whoever made them.
TEST(SymmetricGroup, ObserverOutsideSeesAnyNumberOfThem) {
  EXPECT_EQ(executions_of([] {
              atomic<int> n;
              run_concurrently([&] { n.load(); },
                               [&] {
                                 run_concurrently(
                                     "t", 6, [&](int) { n.fetch_add(1); }, equal);
                               });
            }),
            7u);
}

// Of six loads 0 … 6 come before the store, whoever makes them, and wherever the writer stands in the order of threads.
TEST(SymmetricGroup, WriterOutsideIsSeenByAnyNumberOfThem) {
  const auto search = [](bool writer_first) {
    return executions_of([writer_first] {
      atomic<int> n;
      const auto writer = [&] { thread("writer", [&] { n.store(1); }).join(); };
      const auto group = [&] {
        run_concurrently(
            "t", 6, [&](int) { n.load(); }, equal);
      };
      if (writer_first) {
        run_concurrently(writer, group);
      } else {
        run_concurrently(group, writer);
      }
    });
  };
  EXPECT_EQ(search(true), 7u);
  EXPECT_EQ(search(false), 7u);
}

TEST(SymmetricGroup, TwoGroupsBesideEachOther) {
  // Which of the eight additions in a row are of the one group: 8 over 4.
  EXPECT_EQ(executions_of([] {
              atomic<int> n;
              run_concurrently(
                  [&] {
                    run_concurrently(
                        "a", 4, [&](int) { n.fetch_add(1); }, equal);
                  },
                  [&] {
                    run_concurrently(
                        "b", 4, [&](int) { n.fetch_add(2); }, equal);
                  });
            }),
            70u);
}

// --- what is violated among all is violated among those that are explored ---

TEST(SymmetricGroup, FindsALostUpdate) {
  explore_options options;
  options.properties = {"counts_all"};
  const search_result found = explore(
      [] {
        atomic<int> n;
        run_concurrently(
            "t", 10, [&](int) { n.store(n.load() + 1); }, equal);
        require("counts_all", n.load() == 10, "an update was lost");
      },
      options);
  EXPECT_EQ(found.properties.at(0).verdict, conclusion::violated);
}

TEST(SymmetricGroup, FindsADeadlock) {
  explore_options options;
  options.properties = {"no_deadlock"};
  const search_result found = explore(
      [] {
        mutex a;
        mutex b;
        atomic<int> turn;
        run_concurrently(
            "t", 4,
            [&](int) {
              const bool one_way = turn.fetch_add(1) % 2 == 0;
              const std::scoped_lock first(one_way ? a : b);
              const std::scoped_lock second(one_way ? b : a);
            },
            equal);
      },
      options);
  EXPECT_EQ(found.properties.at(0).verdict, conclusion::violated);
  EXPECT_THAT(found.properties.at(0).message, HasSubstr("waits for"));
}

// Who waits for a group waits for one of it that has not ended.
TEST(SymmetricGroup, TellsForWhomItIsWaited) {
  explore_options options;
  options.properties = {"no_deadlock"};
  const search_result found = explore(
      [] {
        counting_semaphore<> one{1};
        run_concurrently(
            "t", 2, [&](int) { one.acquire(); }, equal);
      },
      options);
  ASSERT_TRUE(found.properties.at(0).counterexample);
  const blocked_thread& main = found.properties.at(0).counterexample->blocked_threads.at(0);
  EXPECT_EQ(main.operation, "join");
  EXPECT_EQ(main.object, "t/1");
  EXPECT_EQ(main.held_by, "t/1");
}

// Random walks run equal threads as any others.
TEST(SymmetricGroup, AtRandomNothingIsLeftOut) {
  const program body = [] {
    atomic<int> n;
    run_concurrently(
        "t", 3, [&](int) { n.fetch_add(1); }, equal);
  };
  explore_options options;
  options.properties = {"undecided to the end"};
  options.strategy = strategy_kind::random;
  options.limits.executions = 20;
  EXPECT_EQ(explore(body, options).stats.executions, 20u);
  EXPECT_FALSE(explore(body, options).misuse);
}

// --- bodies that tell their threads apart ---

void expect_told_apart(const std::function<void(int, atomic<int>&, atomic<int>&)>& body) {
  EXPECT_THAT(misuse_of([&] {
                atomic<int> n;
                atomic<int> other;
                run_concurrently(
                    "t", 3, [&](int i) { body(i, n, other); }, equal);
              }),
              HasSubstr("the threads of a symmetric group are told apart"));
}

TEST(SymmetricGroup, TheBodyMayNotDoWhatItsNumberSays) {
  expect_told_apart([](int i, auto& n, auto&) { i == 1 ? n.store(1) : void(n.load()); });
}

TEST(SymmetricGroup, TheBodyMayNotDoMoreForOne) {
  expect_told_apart([](int i, auto& n, auto&) {
    n.fetch_add(1);
    if (i == 2) n.fetch_add(1);
  });
}

TEST(SymmetricGroup, TheBodyMayNotTouchWhatItsNumberSays) {
  expect_told_apart([](int i, auto& n, auto& other) { (i == 0 ? n : other).fetch_add(1); });
}

// A renamed run is an execution of the program: what it violates is violated.
TEST(SymmetricGroup, FindsWhatFailsForOneThatComesFirst) {
  EXPECT_EQ(violated_by([] {
              atomic<int> n;
              run_concurrently(
                  "t", 3,
                  [&](int i) {
                    if (n.fetch_add(1) == 0) require("never", i != 1, "it is 1");
                  },
                  equal);
            }),
            std::set<std::string>{"never"});
}

// Only where the second comes first: never in the execution that stands for all.
TEST(SymmetricGroup, TheBodyMayNotDoSoWhereItComesFirst) {
  expect_told_apart([](int i, auto& n, auto& other) {
    if (n.fetch_add(1) == 0 && i == 1) other.store(1);
  });
}

TEST(SymmetricGroup, TheBodyMayNotCountItsThreads) {
  EXPECT_THAT(misuse_of([] {
                atomic<int> n;
                const thread_id least{3};
                run_concurrently(
                    "t", 3,
                    [&](int) { this_thread::get_id() < least ? n.store(1) : void(n.load()); },
                    equal);
              }),
              HasSubstr("the threads of a symmetric group are told apart"));
}

TEST(SymmetricGroup, SaysWhereTheyDiffer) {
  const std::string message = misuse_of([] {
    atomic<int> n;
    run_concurrently(
        "t", 2, [&](int i) { i == 1 ? n.store(1) : void(n.load()); }, equal);
  });
  EXPECT_THAT(message, HasSubstr("step 2 is load (" __FILE__ ":"));
  EXPECT_THAT(message, HasSubstr("in each other's places, store (" __FILE__ ":"));
  EXPECT_THAT(message, HasSubstr("or leave `symmetric` out."));
}

// Of two, whatever comes before: it is always the other's place that a renamed run tries.
TEST(SymmetricGroup, TheBodyMayNotDoSoInSomeOrder) {
  for (int loads = 0; loads != 8; ++loads) {
    EXPECT_EQ(violated_by([loads] {
                atomic<int> n;
                for (int i = 0; i != loads; ++i) n.load();
                run_concurrently(
                    "t", 2,
                    [&](int i) {
                      const int x = n.fetch_add(1);
                      const int y = n.load();
                      require("never", !(x == 0 && y == 1 && i == 1), "it is");
                    },
                    equal);
              }),
              std::set<std::string>{"never"})
        << loads;
  }
}

TEST(SymmetricGroup, TheBodyMayNotDoSoAfterAChoice) {
  expect_told_apart([](int i, auto& n, auto& other) {
    n.fetch_add(1);
    choose(2);
    (i == 0 ? n : other).store(1);
  });
}

TEST(SymmetricGroup, NobodyElseMayTellThreeApart) {
  EXPECT_EQ(violated_by([] {
              atomic<int> n;
              std::array<int, 3> came{};
              run_concurrently(
                  "t", 3, [&](int i) { came[static_cast<std::size_t>(i)] = n.fetch_add(1); },
                  equal);
              require("in_order", !(came[0] == 2 && came[1] == 0 && came[2] == 1), "they are");
            }),
            std::set<std::string>{"in_order"});
}

// --- bodies that do not ---

TEST(SymmetricGroup, MayHaveRowsThatMainTouches) {
  EXPECT_EQ(executions_of([] {
              std::array<atomic<int>, 3> rows;
              for (auto& row : rows) row.store(0);
              run_concurrently(
                  "t", 3, [&](int i) { rows[static_cast<std::size_t>(i)].store(1); }, equal);
              for (auto& row : rows) row.load();
            }),
            1u);
}

TEST(SymmetricGroup, MayBeKilled) {
  executions_of([] {
    const process service("service");
    faults world;
    world.crash(service);
    service
        .spawn_equal("t", 2,
                     [](int i) {
                       atomic<int> own;
                       own.store(1);
                       auto file =
                           io::file::open("f" + std::to_string(i), O_RDWR | O_CREAT).value();
                       file.write_all("x").value();
                     })
        .join();
  });
}

TEST(SymmetricGroup, MayStartThreads) {
  executions_of([] {
    atomic<int> n;
    run_concurrently(
        "t", 2,
        [&](int) {
          if (n.fetch_add(1) == 0) thread([] {}).join();
        },
        equal);
  });
}

TEST(SymmetricGroup, DeadlocksOfThreadsThatTheyStart) {
  EXPECT_EQ(violated_by([] {
              mutex m;
              run_concurrently(
                  "t", 2,
                  [&](int) {
                    const std::scoped_lock lock(m);
                    thread([&] { m.lock(); }).join();
                  },
                  equal);
            }),
            std::set<std::string>{"no_deadlock"});
}

// --- what is refused ---

TEST(SymmetricGroup, OfOne) {
  EXPECT_EQ(misuse_of([] {
              run_concurrently(
                  "t", 1, [](int) {}, equal);
            }),
            "the symmetric group \"t\" has 1 thread: there is nobody to change places with\n"
            "  start two threads or more, or leave `symmetric` out.");
}

TEST(SymmetricGroup, OfNone) {
  EXPECT_THAT(misuse_of([] {
                run_concurrently(
                    "t", 0, [](int) {}, equal);
              }),
              HasSubstr("has 0 threads"));
}

TEST(SymmetricGroup, IsToBeJoined) {
  const auto left = [] { const symmetric_group group("t", 2, [](int) {}); };
  EXPECT_EQ(violated_by(left), std::set<std::string>{"no_leaked_thread"});
}

// A body that can be copied so many times.
struct copied_at_most {
  explicit copied_at_most(int times) : left(std::make_shared<int>(times)) {}
  copied_at_most(const copied_at_most& other) : left(other.left) {
    if ((*left)-- == 0) throw std::runtime_error("no more copies");
  }
  copied_at_most(copied_at_most&&) noexcept = default;
  copied_at_most& operator=(const copied_at_most&) = delete;
  copied_at_most& operator=(copied_at_most&&) = delete;
  ~copied_at_most() = default;

  void operator()(int) const {}

  std::shared_ptr<int> left;
};

// One copy is the argument, and then there is one for each thread. Where one fails nothing has been started.
TEST(SymmetricGroup, DoesNotStartWhereTheBodyCannotBeCopiedForAll) {
  const auto copied = [](int times) {
    return [times] {
      const copied_at_most body(times);
      symmetric_group group("t", 3, body);
      group.join();
    };
  };
  EXPECT_EQ(violated_by(copied(1)), std::set<std::string>{"no_uncaught_exception"});
  EXPECT_EQ(violated_by(copied(2)), std::set<std::string>{"no_uncaught_exception"});
  EXPECT_EQ(violated_by(copied(3)), std::set<std::string>{"no_uncaught_exception"});
  EXPECT_EQ(violated_by(copied(4)), std::set<std::string>{});
}

// Its move is a copy: the last one made is that into the thread itself.
struct copied_for_good : copied_at_most {
  using copied_at_most::copied_at_most;
  copied_for_good(const copied_for_good&) = default;
  using copied_at_most::operator();
  void operator()() const {}
};

TEST(SymmetricGroup, DoesNotStartWhereTheBodyCannotBeMovedIntoAThread) {
  std::set<std::set<std::string>> seen;
  for (int times = 0; times < 10; ++times) {
    seen.insert(violated_by([times] { symmetric_group("t", 2, copied_for_good(times)).join(); }));
    seen.insert(violated_by([times] {
      const copied_for_good body(times);
      thread("t", body).join();
    }));
  }
  EXPECT_EQ(seen, (std::set<std::set<std::string>>{{}, {"no_uncaught_exception"}}));
}

TEST(SymmetricGroup, IsJoinedOnce) {
  const auto twice = [] {
    symmetric_group group("t", 2, [](int) {});
    group.join();
    group.join();
  };
  EXPECT_EQ(violated_by(twice), std::set<std::string>{"valid_join"});
}

}  // namespace
}  // namespace norn
