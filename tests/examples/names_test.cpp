// The words of the engine are the user's: after `using namespace norn` a program may call its own things by them.
#include <gtest/gtest.h>

#include <vector>

#include <norn/norn.hpp>
#include <norn/testing/norn_test.hpp>

using namespace norn;

enum class outcome { open, taken };
struct region {
  int first = 0;
  int last = 0;
};
struct event {
  bool changes = false;
  region where;
};
struct step {
  event what;
  int number = 0;
};
struct conflict {
  step earlier;
  step later;
};
struct place {
  int seat = 0;
};
struct guard {
  int operand = 0;
};
struct object {
  int word = 0;
};
struct operation {
  object on;
  guard waits_for;
};
using schedule = std::vector<step>;
struct strategy {
  int preemptions = 0;
};
struct execution {
  schedule steps;
  strategy chosen_by;
};
struct search {
  std::vector<execution> executions;
};

int join(const place& a, const place& b) { return a.seat + b.seat; }
bool dependent(const event& a, const event& b) { return a.changes || b.changes; }
// Beside the access of unistd.h.
bool access(const region& r, int at) { return r.first <= at && at <= r.last; }

NORN_TEST(Names, OfTheEngineAreTheUsers) {
  atomic<int> seats{1, "seats"};
  ghost<int> taken{0, "taken"};
  const auto reserve = [&] {
    const outcome came = seats.exchange(0) == 1 ? outcome::taken : outcome::open;
    if (came == outcome::taken) taken += 1;
  };
  run_concurrently(reserve, reserve);
  // Of two that ask for one seat, one gets it.
  EXPECT_EQ(taken, 1);
}

TEST(Names, OfTheEngineHideNothing) {
  const event write{true, region{2, 5}};
  const schedule steps{step{write, 1}, step{event{}, 2}};
  const search all{{execution{steps, strategy{2}}}};
  const conflict found{all.executions[0].steps[0], all.executions[0].steps[1]};
  EXPECT_TRUE(dependent(found.earlier.what, found.later.what));
  EXPECT_TRUE(access(found.earlier.what.where, 5));
  EXPECT_EQ(join(place{1}, place{2}), 3);
  EXPECT_EQ((operation{object{7}, guard{7}}.on.word), 7);
}
