// Specification state: ghosts and predicates see what they are meant to see, whatever joins the step that they belong
// to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>

#include "explored.hpp"

namespace norn {

using namespace engine;
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// --- what a reader of a trace sees ---

TEST(SpecificationState, ATraceShowsWhatAStepTouches) {
  const auto changes_of = [](const program& body) {
    explore_options options;
    options.name = "specification_state";
    options.properties = {"none_listed"};
    const search_result came = explore(body, options);
    std::vector<std::string> changes;
    for (const trace_step& s : came.properties.at(0).counterexample.value().steps) {
      changes.push_back(s.changes);
    }
    return changes;
  };
  EXPECT_THAT(changes_of([] {
                ghost<int> listed{0, "listed"};
                atomic<int> x{0, "x"};
                x.store(1);
                ++listed;
                x.store(2);
                require("none_listed", listed.get() == 0);
              }),
              ElementsAre("0→1; listed 0→1", "1→2; sees listed = 1"));
  // What cannot be printed is left out.
  struct ticket {
    int number = 0;
  };
  EXPECT_THAT(changes_of([] {
                ghost<ticket> last{ticket{}, "last"};
                mark("issue");
                last.set({1});
                require("none_listed", last.get().number == 0);
              }),
              ElementsAre(""));
}

// --- what joins a step that had alternatives ---

TEST(SpecificationState, GhostAfterAChoice) {
  // One thread is inside, at its load, when the other comes in.
  EXPECT_THAT(violated_in([] {
                ghost<int> inside{0, "inside"};
                atomic<int> x{0, "x"};
                always("alone", [&] { return inside < 2; });
                run_concurrently("t", 2, [&](int) {
                  if (choose(2) == 1) {
                    inside += 1;
                    x.load();
                    inside -= 1;
                  }
                });
              }),
              ElementsAre("alone"));
}

TEST(SpecificationState, GhostReadAfterAChoice) {
  // The reader sees what the writer remembers, if it reads after that.
  EXPECT_THAT(violated_in([] {
                ghost<int> written{0, "written"};
                atomic<int> x{0, "x"};
                run_concurrently("t", 2, [&](int i) {
                  if (i == 0) {
                    x.store(1);
                    written = 1;
                  } else if (choose(2) == 1) {
                    require("unwritten", written == 0);
                  }
                });
              }),
              ElementsAre("unwritten"));
}

TEST(SpecificationState, GhostAfterAShortWrite) {
  EXPECT_THAT(violated_in([] {
                io::allow_short_writes();
                ghost<int> inside{0, "inside"};
                atomic<int> x{0, "x"};
                always("alone", [&] { return inside < 2; });
                run_concurrently("t", 2, [&](int i) {
                  auto out = io::file::open(i == 0 ? "a" : "b", O_WRONLY | O_CREAT).value();
                  if (out.write("ab").value() == 1) {
                    inside += 1;
                    x.load();
                    inside -= 1;
                  }
                });
              }),
              ElementsAre("alone"));
}

TEST(SpecificationState, GhostAfterANotification) {
  // Two wait; whoever notifies remembers it only if the first of them was woken.
  EXPECT_THAT(violated_in([] {
                mutex m{"m"};
                condition_variable changed{"changed"};
                ghost<int> woken{0, "woken"};
                atomic<int> first{0, "first"};
                always("not_both", [&] { return woken < 2; });
                thread waits[2];
                for (thread& each : waits) {
                  each = thread("waits", [&] {
                    std::unique_lock lock{m};
                    changed.wait(lock);
                    first.store(1);
                  });
                }
                run_concurrently("notifies", 2, [&](int) {
                  changed.notify_one();
                  woken += 1;
                  first.load();
                  woken -= 1;
                });
                changed.notify_all();
              }),
              ::testing::Contains("not_both"));
}

TEST(SpecificationState, ProcessDeclaredAfterAChoice) {
  // A process that is declared before the crash of its machine ends with it, one declared after it does not. Whether
  // it is declared at all is open.
  const space found = explored([](std::string& outcome) {
    const host server{"server"};
    faults world;
    world.crash(server);
    thread starter("starter", [&] {
      if (choose(2) == 0) return;
      process(server, "late").run("work", [&] { outcome += "worked"; });
    });
    starter.join();
    world.cease();
  });
  EXPECT_THAT(found.outcomes, ElementsAre("", "worked"));
  EXPECT_THAT(found.violated, IsEmpty());
}

// --- objects that come and go ---

TEST(SpecificationState, DestructionDropsNoPredicateOfAnotherBranch) {
  // With the spare mutexes y is the main thread's fourth object, and without them the scratch mutex is.
  EXPECT_THAT(violated_in([] {
                std::optional<mutex> spare;
                std::optional<mutex> another;
                atomic<int> x{0, "x"};
                const bool with_spares = choose(2) == 0;
                if (with_spares) {
                  spare.emplace("spare");
                  another.emplace("another");
                }
                ghost<int> y{0, "y"};
                always("small", [&] { return y < 2; });
                { mutex scratch{"scratch"}; }
                run_concurrently("t", 2, [&](int) {
                  x.fetch_add(1);
                  if (!with_spares) y += 1;
                });
              }),
              ElementsAre("small"));
}

TEST(SpecificationState, PredicateThatOutlivesWhatItReadsIsMisuse) {
  EXPECT_THAT(misuse_of([] {
                atomic<int> kept{0, "kept"};
                {
                  ghost<int> gone{0, "gone"};
                  always("both_small", [&] { return gone < 2 && kept.load() < 2; });
                }
                run_concurrently("t", 2, [&](int) { kept.fetch_add(1); });
              }),
              HasSubstr("always(\"both_small\") can be evaluated no more"));
}

TEST(SpecificationState, PredicateWhoseVariableEndsWithAllThatItReads) {
  EXPECT_THAT(violated_in([] {
                atomic<int> x{0, "x"};
                {
                  ghost<int> gone{0, "gone"};
                  always("small", [&] { return gone < 2; });
                  run_concurrently("t", 2, [&](int) {
                    x.fetch_add(1);
                    gone += 1;
                  });
                }
                x.load();
              }),
              ElementsAre("small"));
}

TEST(SpecificationState, PredicateThatComesToReadWhatIsGoneIsMisuse) {
  EXPECT_THAT(misuse_of([] {
                atomic<int> x{0, "x"};
                std::optional<ghost<int>> late;
                late.emplace(0, "late");
                const ghost<int>* const read = &*late;
                always("right", [&x, read] { return x.load() == 0 || read->get() == 0; });
                late.reset();
                x.store(1);
                mark("end");
              }),
              HasSubstr("always(\"right\") reads a variable that has been destroyed"));
}

// --- what a predicate sees ---

TEST(SpecificationState, PredicateSeesFilesAfterACrashOfTheirHost) {
  EXPECT_THAT(violated_in([] {
                io::write_file("f", "good").value();
                always("never_bad",
                       [] { return io::observe_file("f") != std::optional<std::string>("bad"); });
                faults world;
                world.crash(host::current(), 1, [](const host& again) {
                  process(again, "again").run("write", [] { io::write_file("f", "bad").value(); });
                });
                world.cease();
              }),
              ElementsAre("never_bad"));
}

TEST(SpecificationState, PredicateSeesFilesThatAreMounted) {
  const auto mounts = [](bool after_an_event) {
    return violated_in([=] {
      const host server{"server"};
      if (after_an_event) choose(2);
      always("never_bad",
             [] { return io::observe_file("f") != std::optional<std::string>("bad"); });
      io::mount(host::current(), server, io::network_locks::shared);
      process(server, "server").run("write", [] { io::write_file("f", "bad").value(); });
      mark("end");
    });
  };
  EXPECT_THAT(mounts(true), ElementsAre("never_bad"));
  EXPECT_THAT(mounts(false), ElementsAre("never_bad"));
}

TEST(SpecificationState, PredicateLooksAtTheHostOfTheBody) {
  const auto with = [](const std::function<std::optional<std::string>(const host& other)>& seen) {
    return violated_in([&] {
      const host other{"other"};
      always("absent", [&] { return !seen(other).has_value(); });
      process(other, "elsewhere").run("write", [] { io::write_file("f", "x").value(); });
    });
  };
  EXPECT_THAT(with([](const host&) { return io::observe_file("f"); }), IsEmpty());
  EXPECT_THAT(with([](const host& other) { return io::observe_file(other, "f"); }),
              ElementsAre("absent"));
}

TEST(SpecificationState, PredicateThatFirstUsesAModelLate) {
  // Which executions repeat the step in which the clock came into use makes no difference.
  EXPECT_THAT(violated_in([] {
                atomic<int> x{0, "x"};
                always("early", [&] {
                  return x.load() == 0 || system_clock::now().time_since_epoch().count() >= 0;
                });
                run_concurrently("t", 3, [&](int i) {
                  x.store(i);
                  mutex own;
                  own.lock();
                  own.unlock();
                  x.load();
                });
              }),
              IsEmpty());
}

TEST(SpecificationState, ChangeBeforeTheFirstEventIsSeen) {
  EXPECT_THAT(violated_in([] {
                ghost<int> g{0, "g"};
                always("small", [&] { return g < 1; });
                g = 1;
              }),
              ElementsAre("small"));
}

TEST(SpecificationState, ChangeInTheLastStepIsToBeFollowedByAnother) {
  const auto ends = [](bool marked) {
    return misuse_of([=] {
      atomic<int> x{0, "x"};
      always("small", [&] { return x.load() < 2; });
      x.store(1);
      if (marked) mark("end");
    });
  };
  EXPECT_THAT(ends(false), HasSubstr("the last step of the body changes what the predicate of "
                                     "always(\"small\") reads"));
  EXPECT_EQ(ends(true), "none");
}

TEST(SpecificationState, ChangeInsideAPredicateIsMisuse) {
  EXPECT_THAT(misuse_of([] {
                ghost<int> g{0, "g"};
                always("counts", [&] {
                  g.set(1);
                  return true;
                });
              }),
              HasSubstr("a change of a ghost inside the predicate of always(\"counts\")"));
}

TEST(SpecificationState, ObjectMadeInsideAPredicateIsMisuse) {
  EXPECT_THAT(misuse_of([] {
                always("makes", [] {
                  const ghost<int> own{0, "own"};
                  return own == 0;
                });
              }),
              HasSubstr("a ghost is made inside the predicate of always(\"makes\")"));
}

TEST(SpecificationState, OperationInsideAChangeIsMisuse) {
  EXPECT_THAT(misuse_of([] {
                ghost<int> g{0, "g"};
                atomic<int> x{0, "x"};
                run_concurrently("t", 2, [&](int) {
                  x.store(1);
                  g.change([&](int& v) { v = x.load(); });
                });
              }),
              HasSubstr("an operation inside the function given to ghost::change"));
}

TEST(SpecificationState, ChangeThatThrowsIsAChange) {
  EXPECT_THAT(violated_in([] {
                ghost<int> g{0, "g"};
                always("small", [&] { return g < 1; });
                try {
                  g.change([](int& v) {
                    v = 1;
                    throw std::runtime_error("after the change");
                  });
                } catch (const std::runtime_error&) {
                  mark("caught");
                }
                g = 0;
                mark("end");
              }),
              ElementsAre("small"));
}

TEST(SpecificationState, ValueOfAGhostIsThatOfItsStep) {
  // Read in the step of the store, before which the other thread changes nothing.
  EXPECT_THAT(violated_in([] {
                atomic<int> s{0, "s"};
                atomic<int> x{0, "x"};
                ghost<int> g{0, "g"};
                run_concurrently("t", 2, [&](int i) {
                  if (i == 0) {
                    s.store(1);
                    const int& known = g.get();
                    x.load();
                    require("as_it_was", known == 0);
                  } else if (s.load() == 1) {
                    g = 1;
                  }
                });
              }),
              IsEmpty());
}

TEST(SpecificationState, FailureInTheLastStepIsTold) {
  EXPECT_THAT(violated_in([] {
                atomic<int> x{0, "x"};
                always("small", [&] { return x.load() < 2; });
                x.store(1);
                throw std::runtime_error("the body fails");
              }),
              ElementsAre("no_uncaught_exception"));
}

struct without_equality {};

TEST(SpecificationState, GhostsOfAnyType) {
  EXPECT_EQ(misuse_of([] {
              ghost<std::vector<std::unique_ptr<int>>> owned;
              ghost<std::variant<without_equality>> incomparable;
              ghost<nlohmann::json> holds_itself;
              run_concurrently("t", 2, [&](int) {
                mark("t");
                owned.change([](auto& all) { all.clear(); });
                incomparable.change([](auto&) {});
                holds_itself.change([](auto& j) { j["last"] = 1; });
              });
            }),
            "none");
}

// --- objects destroyed while others wait ---

TEST(SpecificationState, ConditionDestroyedBesideAWait) {
  EXPECT_THAT(violated_in([] {
                mutex m{"m"};
                std::optional<condition_variable> changed;
                changed.emplace("changed");
                condition_variable& in_place = *changed;  // the memory stays
                run_concurrently([&] { changed.reset(); },
                                 [&] {
                                   std::unique_lock lock{m};
                                   in_place.wait(lock);
                                 });
              }),
              ElementsAre("no_deadlock", "no_use_after_destruction"));
}

TEST(SpecificationState, AtomicDestroyedBesideAWait) {
  // In each order of the three threads: whoever comes first in the canonical order differs.
  for (const int destroys : {0, 1, 2}) {
    const names found = violated_in([=] {
      std::optional<atomic<int>> x;
      x.emplace(0, "x");
      atomic<int>& in_place = *x;  // the memory stays
      run_concurrently("t", 3, [&](int i) {
        if (i == destroys) {
          x.reset();
        } else if (i == (destroys + 1) % 3) {
          in_place.notify_one();
        } else {
          in_place.wait(0);
        }
      });
    });
    EXPECT_THAT(found, ElementsAre("no_deadlock", "no_use_after_destruction"));
  }
}

// --- when specification state is read ---

TEST(Mark, IsTheStepThatWhatFollowsBelongsTo) {
  // Without the mark the acknowledgement is read in the step of the load: whoever knows of it has loaded 1. With the
  // mark the store may come between the two.
  const auto knows = [](bool marked) {
    return violated_in([=] {
      ghost<int> acknowledged{0, "acknowledged"};
      atomic<int> x{0, "x"};
      run_concurrently("t", 2, [&](int i) {
        if (i == 0) {
          x.store(1);
          acknowledged = 1;
        } else {
          const int loaded = x.load();
          if (marked) mark("request");
          const int known = acknowledged;
          require("known_as_loaded", known == 0 || loaded == 1);
        }
      });
    });
  };
  EXPECT_THAT(knows(true), ElementsAre("known_as_loaded"));
  EXPECT_THAT(knows(false), IsEmpty());
}

}  // namespace
}  // namespace norn
