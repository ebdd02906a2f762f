// Traps of footprints: what has cost other searches their soundness, or their promise of one execution a
// trace, in what an operation touches. One test for each, named after it; the programs are as small as
// they can be. The others: traps_test.cpp, waiting_traps_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/run/point.hpp>

#include "explored.hpp"

namespace norn {

using namespace engine;
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
    static constexpr operation_kind kind{.name = "deliver", .reach = reach::unknown};
    point p{kind, moved_state_, source_location::current()};
    p.read(moved_state_);
    if (!moved_) p.write(place_);
  }
  void look() {
    static constexpr operation_kind kind{.name = "look", .reach = reach::unknown};
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

// Places and a sign that points at one of them. Who follows the sign reads the place, or one further on.
class signpost {
 public:
  void turn_to(std::size_t place) {
    static constexpr operation_kind kind{"turn"};
    point p{kind, sign_, source_location::current()};
    p.write(sign_);
    to_ = place;
  }
  void follow(std::size_t further = 0) {
    static constexpr operation_kind kind{.name = "follow", .reach = reach::unknown};
    point p{kind, sign_, source_location::current()};
    p.read(sign_);
    p.read(places_[to_ + further]);
  }
  // Goes there only if the sign points beyond the first place.
  void follow_beyond(std::size_t place) {
    static constexpr operation_kind kind{.name = "follow_beyond", .reach = reach::unknown};
    point p{kind, sign_, source_location::current()};
    p.read(sign_);
    if (to_ != 0) p.read(places_[place]);
  }
  void paint(std::size_t place) {
    static constexpr operation_kind kind{"paint"};
    point p{kind, places_[place], source_location::current()};
    p.write(places_[place]);
  }

 private:
  object sign_{"sign"};
  object places_[4] = {object{"place"}, object{"place"}, object{"place"}, object{"place"}};
  std::size_t to_ = 0;
};

// Writes of two fields in one step, or of one; always the same ones.
void write_two(const object& a, const object& b) {
  static constexpr operation_kind kind{.name = "write_two", .reach = reach::exact};
  point p{kind, a, source_location::current()};
  p.write(a);
  p.write(b);
}
void write_one(const object& a) {
  static constexpr operation_kind kind{.name = "write_one", .reach = reach::exact};
  point p{kind, a, source_location::current()};
  p.write(a);
}

TEST(FootprintTraps, FailedConditionalWriteIsARead) {
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
TEST(FootprintTraps, ReversedOperationHasAnotherOutcome) {
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

TEST(FootprintTraps, PredicateReadsTheGaps) {
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
TEST(FootprintTraps, RenameTouchesBothNames) {
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

TEST(FootprintTraps, UpdatesOfTwoClassesDoNotCommute) {
  const space s = explored([](std::string& outcome) {
    counter c;
    run_concurrently([&] { c.add(); }, [&] { c.twice(); });
    outcome = std::to_string(c.get());
  });
  EXPECT_EQ(s.executions, 2u);
  EXPECT_EQ(s.outcomes, (names{"1", "2"}));
}

// A write of one row does not stand for the write of another.
TEST(FootprintTraps, WritesOfOtherRowsAreKept) {
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
TEST(FootprintTraps, PastsOfAdaptiveOperationsAreAskedAgain) {
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

// What is learnt of an adaptive operation after one past is not taken for another: the past with another
// alternative, the same events in another order, the operation of another thread.
TEST(FootprintTraps, FootprintsBelongToOnePast) {
  const auto sees_another_choice = [](std::string&) {
    signpost s;
    run_concurrently([&] { s.turn_to(choose(2)); }, [&] { s.turn_to(3); }, [&] { s.follow(); },
                     [&] { s.paint(1); });
  };
  // 3! orders at the sign, twice; where place 1 is seen (last turned to it: 2 orders) it is painted
  // before or after.
  EXPECT_EQ(explored(sees_another_choice).executions, 14u);

  const auto sees_another_order = [](std::string&) {
    signpost s;
    run_concurrently([&] { s.turn_to(1); }, [&] { s.turn_to(2); }, [&] { s.turn_to(3); },
                     [&] { s.follow(); }, [&] { s.paint(2); });
  };
  // 4! orders at the sign; in 6 of them the last to turn it before it is followed is the second thread.
  EXPECT_EQ(explored(sees_another_order).executions, 30u);

  const auto another_sees = [](std::string&) {
    signpost s;
    run_concurrently([&] { s.turn_to(2); }, [&] { s.follow(); }, [&] { s.follow(1); },
                     [&] { s.paint(1); });
  };
  // Each follows before the turn or after it; who reads place 1 does so before it is painted or after.
  EXPECT_EQ(explored(another_sees).executions, 6u);
}

// Which other event an operation meets last decides who reverses it: without that one it would still meet
// the first. The sign first: the place is painted before it is looked at or after. Else it is not looked at.
TEST(FootprintTraps, LaterAccessesDependOnEarlierOnes) {
  const space s = explored([](std::string&) {
    signpost at_the_fork;
    run_concurrently([&] { at_the_fork.follow_beyond(2); }, [&] { at_the_fork.paint(2); },
                     [&] { at_the_fork.turn_to(1); });
  });
  EXPECT_EQ(s.executions, 3u);
}

TEST(FootprintTraps, UpdatesOfOneClassCommute) {
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
TEST(FootprintTraps, FixedOperationsOnSeveralObjects) {
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

}  // namespace
}  // namespace norn
