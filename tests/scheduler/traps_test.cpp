// Traps: what has cost other searches their soundness, or their promise of one execution a trace. One
// test for each, named after it; the programs are as small as they can be. Here: what an operation
// touches and what a thread is. What threads wait for: waiting_traps_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/point.hpp>

#include "explored.hpp"

namespace norn {
namespace {

// A table with one operation for each trap that needs one, made of points.
class table {
 public:
  // Succeeds, and writes, if the key is absent; reads otherwise.
  bool set_if_absent() {
    static constexpr operation_kind kind{"set_if_absent"};
    point p{kind, state_, source_location::current()};
    if (present_) {
      p.read(state_);
      return false;
    }
    p.write(state_);
    return present_ = true;
  }
  void erase() {
    static constexpr operation_kind kind{"erase"};
    point p{kind, state_, source_location::current()};
    p.write(state_);
    present_ = false;
  }

  // Rows by number, below 64. A range reads the gaps in it, too.
  void insert(int row) {
    static constexpr operation_kind kind{"insert"};
    point p{kind, rows_state_, source_location::current()};
    p.write(rows_state_, region::key(static_cast<std::uint64_t>(row)));
    rows_ |= std::uint64_t{1} << row;
  }
  int count(int first, int last) {
    static constexpr operation_kind kind{"count"};
    point p{kind, rows_state_, source_location::current()};
    p.read(rows_state_, {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last)});
    int found = 0;
    for (int row = first; row <= last; ++row) found += (rows_ >> row & 1) != 0 ? 1 : 0;
    return found;
  }

 private:
  object state_{"key"};
  bool present_ = false;
  object rows_state_{"rows"};
  std::uint64_t rows_ = 0;
};

// Counters that change without looking (INCRBY) commute with one another and with nothing else.
class counter {
 public:
  void add() {
    static constexpr operation_kind kind{"add"};
    point p{kind, state_, source_location::current()};
    p.update(state_, /*update_class=*/1);
    ++value_;
  }
  void twice() {
    static constexpr operation_kind kind{"twice"};
    point p{kind, state_, source_location::current()};
    p.update(state_, /*update_class=*/2);
    value_ *= 2;
  }
  int get() {
    static constexpr operation_kind kind{"get"};
    point p{kind, state_, source_location::current()};
    p.read(state_);
    return value_;
  }

 private:
  object state_{"counter"};
  int value_ = 0;
};

// Two names that change places in one step.
class directory {
 public:
  void rename() {
    static constexpr operation_kind kind{"rename"};
    point p{kind, from_, source_location::current()};
    p.write(from_);
    p.write(to_);
    at_from_ = false;
    at_to_ = true;
  }
  bool has_from() { return look(from_, at_from_); }
  bool has_to() { return look(to_, at_to_); }

 private:
  static bool look(const object& name, const bool& there) {
    static constexpr operation_kind kind{"look"};
    point p{kind, name, source_location::current()};
    p.read(name);
    return there;
  }

  object from_{"name"};
  object to_{"name"};
  bool at_from_ = true;
  bool at_to_ = false;
};

// A place that is written until the shop moves.
class shop {
 public:
  void move() {
    static constexpr operation_kind kind{"move"};
    point p{kind, moved_state_, source_location::current()};
    p.write(moved_state_);
    moved_ = true;
  }
  void deliver() {
    static constexpr operation_kind kind{"deliver", /*adaptive=*/true};
    point p{kind, moved_state_, source_location::current()};
    p.read(moved_state_);
    if (!moved_) p.write(place_);
  }
  void look() {
    static constexpr operation_kind kind{"look", /*adaptive=*/true};
    point p{kind, moved_state_, source_location::current()};
    p.read(moved_state_);
    p.read(place_);
  }
  void clear() {
    static constexpr operation_kind kind{"clear"};
    point p{kind, place_, source_location::current()};
    p.write(place_);
  }

 private:
  object moved_state_{"moved"};
  object place_{"place"};
  bool moved_ = false;
};

// Writes of two fields in one step, or of one; always the same ones.
void write_two(const object& a, const object& b) {
  static constexpr operation_kind kind{.name = "write_two", .fixed = true};
  point p{kind, a, source_location::current()};
  p.write(a);
  p.write(b);
}
void write_one(const object& a) {
  static constexpr operation_kind kind{.name = "write_one", .fixed = true};
  point p{kind, a, source_location::current()};
  p.write(a);
}

// --- footprints come from outcomes ---

TEST(Traps, FailedConditionalWriteIsARead) {
  // The key is there: nobody writes.
  EXPECT_EQ(explored([](std::string&) {
              table t;
              t.set_if_absent();
              run_concurrently("thread", 3, [&](int) { t.set_if_absent(); });
            }).executions,
            1u);
  // The first of three writes, the others read.
  EXPECT_EQ(explored([](std::string&) {
              table t;
              run_concurrently("thread", 3, [&](int) { t.set_if_absent(); });
            }).executions,
            3u);
  // The same with compare-and-swap.
  EXPECT_EQ(explored([](std::string&) {
              atomic<int> x{0};
              run_concurrently("thread", 3, [&](int) {
                int expected = 0;
                x.compare_exchange_strong(expected, 1);
              });
            }).executions,
            3u);
}

// The pending operation that is reversed has another outcome, and another footprint, where it goes
// first: it is matched by thread and place, and its outcome made anew.
TEST(Traps, ReversedOperationHasAnotherOutcome) {
  const space s = explored([](std::string& outcome) {
    table t;
    bool first = false;
    bool second = false;
    run_concurrently([&] { t.erase(); }, [&] { first = t.set_if_absent(); },
                     [&] { second = t.set_if_absent(); });
    outcome = std::string(first ? "first " : "") + (second ? "second" : "");
  });
  // E erases nothing in the beginning: E 1 2, E 2 1, 1 E 2, 2 E 1, and with both of them before E,
  // 1 2 E and 2 1 E.
  EXPECT_EQ(s.executions, 6u);
  EXPECT_EQ(s.outcomes, (names{"first ", "second", "first second"}));
}

TEST(Traps, PredicateReadsTheGaps) {
  const auto insert_into = [](int row) {
    return [row](std::string& outcome) {
      table t;
      int counted = 0;
      run_concurrently([&] { t.insert(row); }, [&] { counted = t.count(10, 20); });
      outcome = std::to_string(counted);
    };
  };
  EXPECT_EQ(explored(insert_into(15)).executions, 2u);  // a phantom
  EXPECT_EQ(explored(insert_into(15)).outcomes, (names{"0", "1"}));
  EXPECT_EQ(explored(insert_into(10)).executions, 2u);
  EXPECT_EQ(explored(insert_into(20)).executions, 2u);
  EXPECT_EQ(explored(insert_into(9)).executions, 1u);
  EXPECT_EQ(explored(insert_into(21)).executions, 1u);
}

// Two looks in one step of the reader's program each: before, after, or (only the name looked at
// first) in between; that the file is at neither name, or at both, depends on the order of looking.
TEST(Traps, RenameTouchesBothNames) {
  const space s = explored([](std::string& outcome) {
    directory d;
    bool from = false;
    bool to = false;
    run_concurrently([&] { d.rename(); }, [&] { from = d.has_from(); }, [&] { to = d.has_to(); });
    outcome = std::string(from ? "from " : "") + (to ? "to" : "");
  });
  EXPECT_EQ(s.executions, 4u);
  EXPECT_EQ(s.outcomes, (names{"", "from ", "to", "from to"}));
}

TEST(Traps, UpdatesOfTwoClassesDoNotCommute) {
  const space s = explored([](std::string& outcome) {
    counter c;
    run_concurrently([&] { c.add(); }, [&] { c.twice(); });
    outcome = std::to_string(c.get());
  });
  EXPECT_EQ(s.executions, 2u);
  EXPECT_EQ(s.outcomes, (names{"1", "2"}));
}

// A write of one row does not stand for the write of another.
TEST(Traps, WritesOfOtherRowsAreKept) {
  const space s = explored([](std::string& outcome) {
    table t;
    int counted = 0;
    run_concurrently([&] { t.insert(1); }, [&] { t.insert(2); }, [&] { counted = t.count(1, 2); });
    outcome = std::to_string(counted);
  });
  EXPECT_EQ(s.executions, 4u);  // each of them before the count or after it
  EXPECT_EQ(s.outcomes, (names{"0", "1", "2"}));
}

// What an adaptive operation can have in its past before a resolution is asked again in every execution,
// however old the two are. The move first: nothing is delivered, and the place is cleared before the look
// or after it. The move between the two or after both: it is cleared before, between or after.
TEST(Traps, PastsOfAdaptiveOperationsAreAskedAgain) {
  const space s = explored([](std::string&) {
    shop one;
    run_concurrently([&] { one.move(); },
                     [&] {
                       one.deliver();
                       one.look();
                     },
                     [&] { one.clear(); });
  });
  EXPECT_EQ(s.executions, 8u);
}

TEST(Traps, UpdatesOfOneClassCommute) {
  const space s = explored([](std::string& outcome) {
    counter c;
    int seen = 0;
    run_concurrently([&] { c.add(); }, [&] { c.add(); }, [&] { seen = c.get(); });
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.executions, 4u);  // each update before the read or after it
  EXPECT_EQ(s.outcomes, (names{"0", "1", "2"}));
}

// What a fixed operation does before a resolution is foreseen; so must be what it then comes after. Each
// two of the three threads meet at one field. Of the 2 * 2 * 2 orders one is a circle: the first before
// the second's write of y, its write of z before the third, and that before the first.
TEST(Traps, FixedOperationsOnSeveralObjects) {
  std::vector<int> places = {0, 1, 2};  // whichever of the threads comes first in the search
  do {
    const space s = explored([&](std::string&) {
      object x{"field"};
      object y{"field"};
      object z{"field"};
      run_concurrently("thread", 3, [&](int t) {
        switch (places[static_cast<std::size_t>(t)]) {
          case 0:
            return write_two(x, y);
          case 1:
            write_one(y);
            return write_one(z);
          default:
            return write_two(x, z);
        }
      });
    });
    EXPECT_EQ(s.executions, 7u);
  } while (std::next_permutation(places.begin(), places.end()));
}

// --- threads ---

TEST(Traps, CreateAndJoinAreEdgesNotRaces) {
  const space s = explored([](std::string&) {
    shared<int> x{0};
    x.set(1);
    thread child([&] {
      x.set(2);
      thread grandchild([&] { x.set(3); });
      grandchild.join();
      x.set(4);
    });
    child.join();
    x.set(5);
  });
  EXPECT_EQ(s.executions, 1u);
  EXPECT_EQ(s.violated, names{});
}

// What the creator did lies in the past of the child's first event, and not what it does later.
TEST(Traps, FirstEventInheritsTheCreatorsClock) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    int seen = 0;
    x.store(1);
    thread child([&] { seen = x.load(); });
    x.store(2);
    child.join();
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.executions, 2u);
  EXPECT_EQ(s.outcomes, (names{"1", "2"}));
}

// Children are named by their creator and their place among its children, whoever comes first.
TEST(Traps, IdentitiesAreLogical) {
  static std::size_t padding;  // moves what is allocated to other addresses in each execution
  padding = 0;
  std::vector<std::unique_ptr<char[]>> kept;
  explore_options options;
  options.properties = {"undecided to the end"};
  const search_result r = explore(
      [&] {
        kept.push_back(std::make_unique<char[]>(++padding * 64));
        run_concurrently("parent", 2, [](int) {
          auto m = std::make_unique<mutex>();
          auto x = std::make_unique<atomic<int>>(0);
          run_concurrently("child", 2, [&](int) {
            const std::lock_guard own(*m);
            x->fetch_add(1);
          });
        });
      },
      options);
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.stats.executions, 4u);  // two orders for each pair of children
}

// A thread that has failed does nothing more, whatever it was about to do.
TEST(Traps, HaltedThreadHasNoNextOperation) {
  const space s = explored([](std::string&) {
    atomic<int> x{0};
    atomic<int> y{0};
    mutex m;
    run_concurrently([&] { m.unlock(); },  // misuse: nobody holds it
                     [&] {
                       x.fetch_add(1);
                       y.fetch_add(1);
                     },
                     [&] { x.fetch_add(1); });
  });
  EXPECT_EQ(s.executions, 2u);
}

// --- observation is access ---

TEST(Traps, ObservationIsAccess) {
  const auto pulses = [](bool observed) {
    return [observed](std::string&) {
      shared<int> x{0};
      shared<int> y{0};
      if (observed) always("not_both", [&] { return x.get() == 0 || y.get() == 0; });
      run_concurrently(
          [&] {
            x.set(1);
            x.set(0);
          },
          [&] {
            y.set(1);
            y.set(0);
          });
    };
  };
  const space unobserved = explored(pulses(false));
  EXPECT_EQ(unobserved.executions, 1u);
  EXPECT_EQ(unobserved.violated, names{});
  // Two and two steps interleave in 4!/(2! 2!) ways, and each may be told apart.
  const space observed = explored(pulses(true));
  EXPECT_EQ(observed.executions, 6u);
  EXPECT_EQ(observed.violated, names{"not_both"});
}

// Specification state orders the steps that it belongs to.
TEST(Traps, SpecificationStateIsAccess) {
  const space s = explored([](std::string& outcome) {
    auto x = std::make_unique<shared<int>>(0);
    auto y = std::make_unique<shared<int>>(0);
    ghost<std::string> log;
    run_concurrently(
        [&] {
          x->set(1);
          log += "x";
        },
        [&] {
          y->set(1);
          log += "y";
        });
    outcome = log.get();
  });
  EXPECT_EQ(s.executions, 2u);
  EXPECT_EQ(s.outcomes, (names{"xy", "yx"}));
}

// The load that sees 0 is noted, the other not. The store first: the two are independent. The other first
// of all, then the store: 1. The load first, then the store: 1. Both before the store: their two orders.
TEST(Traps, SpecificationStateMayDependOnTheOutcome) {
  const space s = explored([](std::string& outcome) {
    auto x = std::make_unique<atomic<int>>(0);
    ghost<std::string> log;
    run_concurrently([&] { x->store(1); },
                     [&] {
                       if (x->load() == 0) log += "zero ";
                     },
                     [&] {
                       x->load();
                       log += "any ";
                     });
    outcome = log.get();
  });
  EXPECT_EQ(s.executions, 5u);
  EXPECT_EQ(s.outcomes, (names{"any ", "zero any ", "any zero "}));
}

// --- choice ---

TEST(Traps, EveryChoiceIsTriedWithEveryOther) {
  const space s = explored([](std::string& outcome) {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    run_concurrently([&] { a = choose(2); }, [&] { b = choose(3); });
    outcome = std::to_string(a) + std::to_string(b);
  });
  EXPECT_EQ(s.executions, 6u);  // and the two commute
  EXPECT_EQ(s.outcomes, (names{"00", "01", "02", "10", "11", "12"}));
}

// Each of the two draws first, and draws one of two.
TEST(Traps, BothOperationsOfARaceChoose) {
  const space s = explored([](std::string& outcome) {
    object urn{"urn"};
    run_concurrently("thread", 2, [&](int t) {
      static constexpr operation_kind kind{"draw"};
      point p{kind, urn, source_location::current()};
      p.write(urn);
      outcome += std::to_string(t) + std::to_string(p.choose(2)) + " ";
    });
  });
  EXPECT_EQ(s.executions, 8u);
  EXPECT_EQ(s.outcomes.size(), 8u);
}

// Whether there is a race at all depends on what was chosen.
TEST(Traps, ChoiceDecidesWhetherThereIsARace) {
  const space s = explored([](std::string& outcome) {
    atomic<int> x{0};
    atomic<int> y{0};
    int seen = 0;
    run_concurrently([&] { (choose(2) == 0 ? x : y).store(1); }, [&] { seen = x.load(); });
    outcome = std::to_string(seen);
  });
  EXPECT_EQ(s.executions, 3u);  // x before the load or after it, or y
  EXPECT_EQ(s.outcomes, (names{"0", "1"}));
}

}  // namespace
}  // namespace norn
