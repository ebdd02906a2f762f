// Wall clocks: one a host, set by programs and stepped by the environment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>

#include "../enumerate.hpp"

namespace norn {
namespace {

using namespace std::chrono_literals;
using reference::enumerate;
using reference::outcomes;
using testing::HasSubstr;

std::string time_of_day() { return shown(system_clock::now()); }

constexpr system_clock::time_point late{23h + 59min};

TEST(WallClock, GoesWithVirtualTime) {
  const auto e = enumerate([](std::string& outcome) {
    outcome = time_of_day();
    this_thread::sleep_for(90s);
    outcome += " " + time_of_day();
    set_wall_clock(host::current(), late);
    this_thread::sleep_for(2min);
    outcome += " " + time_of_day();
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.outcomes, outcomes{"1970-01-01T00:00:00Z 1970-01-01T00:01:30Z 1970-01-02T00:01:00Z"});
}

TEST(WallClock, IsItsHostS) {
  const auto e = enumerate([](std::string& outcome) {
    const host other{"other"};
    set_wall_clock(other, late);
    const process there{other, "there"};
    there.run("reader", [&] { outcome = time_of_day(); });
    outcome += " " + time_of_day();
  });
  EXPECT_EQ(e.executions, 1u);
  EXPECT_EQ(e.outcomes, outcomes{"1970-01-01T23:59:00Z 1970-01-01T00:00:00Z"});
}

TEST(WallClock, SettingRacesWithReading) {
  const auto e = enumerate([](std::string& outcome) {
    thread setter([] { set_wall_clock(host::current(), late); });
    outcome = time_of_day();
    setter.join();
  });
  EXPECT_EQ(e.executions, 2u);
  EXPECT_EQ(e.outcomes, (outcomes{"1970-01-01T00:00:00Z", "1970-01-01T23:59:00Z"}));
}

TEST(WallClock, IsSeenByPredicates) {
  const auto e = enumerate([](std::string&) {
    always("before noon", [] { return system_clock::now() < system_clock::time_point(12h); });
    thread setter([] { set_wall_clock(host::current(), late); });
    setter.join();
  });
  EXPECT_EQ(e.violated, reference::properties{"before noon"});
}

// Whoever wrote last what the predicate looks at: it is the body's host that it asks for the time.
TEST(WallClock, OfThePredicateIsTheBodysHostS) {
  const auto e = enumerate([](std::string&) {
    const host other{"other"};
    set_wall_clock(other, late);
    atomic<int> x{0};
    always("before noon",
           [&] { return x.load() == 0 || system_clock::now() < system_clock::time_point(12h); });
    const process there{other, "there"};
    there.run("writer", [&] { x.store(1); });
    x.store(2);
    mark("end");
  });
  EXPECT_EQ(e.violated, reference::properties{});
}

TEST(WallClock, EndsOfTimeAreNotPassed) {
  const auto e = enumerate([](std::string& outcome) {
    this_thread::sleep_for(1h);
    for (const auto end : {system_clock::time_point::min(), system_clock::time_point::max()}) {
      set_wall_clock(host::current(), end);
      this_thread::sleep_for(1h);
      outcome += time_of_day() + " ";
    }
  });
  // 2^63 ns are 106,751 days and 23:47:16.85; at the end of time a clock stands still.
  EXPECT_EQ(e.outcomes, outcomes{"1677-09-21T01:12:43Z 2262-04-11T23:47:16Z "});
}

TEST(WallClockStep, ComesBeforeEachReadingAndAfterTheLast) {
  const auto e = enumerate([](std::string& outcome) {
    faults world;
    set_wall_clock(host::current(), late);
    may_step_wall_clock(world, host::current(), 2min);
    for (int i = 0; i < 2; ++i) outcome += system_clock::now() > late ? "after " : "before ";
    world.cease();
    outcome += system_clock::now() > late ? "after" : "before";
  });
  // What has stepped stays; a step that comes when the faults have ceased is none.
  EXPECT_EQ(e.outcomes, (outcomes{"before before before", "before before after",
                                  "before after after", "after after after"}));
}

TEST(WallClockStep, ForwardAndBackInAnyOrder) {
  const auto e = enumerate([](std::string& outcome) {
    const process service{"service"};
    faults world;
    set_wall_clock(host::current(), system_clock::time_point(24h));
    may_step_wall_clock(world, host::current(), 1h);
    may_step_wall_clock(world, host::current(), -1h);
    for (int i = 0; i < 2; ++i) outcome += shown(system_clock::now().time_since_epoch()) + " ";
    world.cease();
  });
  // By now nothing, one of them, or both have come; the second reading sees the same or more.
  EXPECT_EQ(e.outcomes, (outcomes{"86400 s 86400 s ", "86400 s 90000 s ", "86400 s 82800 s ",
                                  "90000 s 90000 s ", "82800 s 82800 s ", "90000 s 86400 s ",
                                  "82800 s 86400 s "}));
}

TEST(WallClockStep, OutlivesACrashOfTheHost) {
  const auto e = enumerate([](std::string& outcome) {
    const host server{"server"};
    set_wall_clock(server, late);
    const process service{server, "service"};
    faults world;
    world.crash(server);
    service.run("work", [] { io::mkdir("d").value(); });
    world.cease();
    process(server, "after").run("look", [&] { outcome = time_of_day(); });
  });
  EXPECT_EQ(e.outcomes, outcomes{"1970-01-01T23:59:00Z"});
}

TEST(WallClockStep, StrikesWhatAPredicateSees) {
  explore_options options;
  options.name = "wall clock";
  options.properties = {"before noon", "no_deadlock"};
  const search_result found = explore(
      [] {
        always("before noon", [] { return system_clock::now() < system_clock::time_point(12h); });
        faults world;
        may_step_wall_clock(world, host::current(), 13h);
        world.cease();
      },
      options);
  EXPECT_EQ(found.misuse.value_or(""), "");
  EXPECT_EQ(found.properties[0].verdict, conclusion::violated);
}

search_result searched(const program& body) {
  explore_options options;
  options.name = "wall clock";
  return explore(body, options);
}

TEST(WallClockStep, MisuseIsTold) {
  EXPECT_THAT(searched([] {
                faults world;
                may_step_wall_clock(world, host::current(), 0s);
              }).misuse.value_or(""),
              HasSubstr("by 0 s is declared, which is none"));
  EXPECT_THAT(searched([] {
                faults world;
                may_step_wall_clock(world, host::current(), 1s, 0);
              }).misuse.value_or(""),
              HasSubstr("give it a budget of at least 1"));
}

TEST(WallClockStep, ThatNobodySeesWasDeclaredInVain) {
  const auto declared = [](bool reads) {
    return [reads] {
      faults world;
      may_step_wall_clock(world, host::current(), 1s, 3);
      if (reads) system_clock::now();
      world.cease();
    };
  };
  EXPECT_THAT(searched(declared(false)).misuse.value_or(""),
              HasSubstr("clock step of host by 1 s"));
  const search_result found = searched(declared(true));
  EXPECT_EQ(found.misuse.value_or(""), "");
  ASSERT_EQ(found.faults.size(), 1u);
  EXPECT_EQ(found.faults.front().kind, "clock_steps");
  EXPECT_EQ(found.faults.front().budget, 3u);
}

}  // namespace
}  // namespace norn
