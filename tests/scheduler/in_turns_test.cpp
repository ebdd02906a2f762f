// Two searches in turns: who goes on when, what both cost together, and what is claimed of them. The searches
// are stand-ins that run one program so many times.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include <norn/model/memory/atomic.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/in_turns.hpp>

namespace norn {

using namespace engine;
namespace {

struct stand_in {
  std::size_t executions = 0;  // that it has to run
  bool exhaustive = true;
  std::size_t steps = SIZE_MAX;  // of an execution, which is cut off after so many
  std::size_t starts_over_after = SIZE_MAX;
};

class so_many : public strategy {
 public:
  so_many(char name, const stand_in& all, std::string& log) : name_(name), all_(all), log_(log) {}

  bool begin_execution() override { return done_ < all_.executions; }
  std::size_t shared_prefix() const override { return done_ == 0 ? 0 : 1; }
  thread_id choose_thread(const execution& so_far) override {
    return so_far.size() < all_.steps ? so_far.canonical_next() : no_thread;
  }
  std::uint16_t choose_alternative(const execution&, std::uint16_t) override { return 0; }
  execution_kind end_execution(const execution&) override {
    log_ += name_;
    if (++done_ != all_.starts_over_after) return execution_kind::execution;
    all_.starts_over_after = SIZE_MAX;
    return execution_kind::start_over;
  }
  void restart() override { done_ = 0; }
  search_coverage coverage() const override { return {.every_trace = all_.exhaustive}; }

 private:
  char name_;
  stand_in all_;
  std::string& log_;
  std::size_t done_ = 0;
};

struct ended {
  std::string runs;    // which of the two ran each execution: 'a' was asked for, 'u' was not
  std::string shared;  // how many steps each has in common with the one before
  search_coverage covered;
};

ended run(const stand_in& asked_for, const stand_in& unasked, const program& body) {
  ended all;
  in_turns both(std::make_unique<so_many>('a', asked_for, all.runs),
                std::make_unique<so_many>('u', unasked, all.runs));
  runner r(runner::settings{});
  while (both.begin_execution()) {
    all.shared += std::to_string(both.shared_prefix());
    both.end_execution(r.run(body, both));
  }
  all.covered = both.coverage();
  return all;
}

std::string times(std::size_t n, char what) { return std::string(n, what); }

// A turn lasts until who runs is ahead by 1,000 steps: twenty executions, at first.
void fifty_steps() {
  atomic<int> x{0};
  for (int i = 0; i < 50; ++i) x.load();
}

TEST(InTurns, TheOneThatWasNotAskedForBegins) {
  const ended both = run({20}, {20}, fifty_steps);
  EXPECT_EQ(both.runs, times(20, 'u') + times(20, 'a'));
}

// Either goes on until it is ahead by a turn. After u has run its last it is, so a has a turn once more.
TEST(InTurns, CostTwiceTheCheaperAndATurn) {
  const ended both = run({1000}, {100}, fifty_steps);
  EXPECT_EQ(both.runs, times(20, 'u') + times(40, 'a') + times(40, 'u') + times(40, 'a') +
                           times(40, 'u') + times(40, 'a'));
  EXPECT_TRUE(both.covered.gave_way);
}

TEST(InTurns, TheFirstThatHasNothingLeftEndsBoth) {
  const ended both = run({30, false}, {1000, true}, fifty_steps);
  EXPECT_EQ(both.runs, times(20, 'u') + times(30, 'a'));
  EXPECT_FALSE(both.covered.gave_way);
  EXPECT_FALSE(both.covered.every_trace);
  EXPECT_TRUE(run({1000, false}, {10, true}, fifty_steps).covered.every_trace);
}

// What the other ran in between is not what it had run before.
TEST(InTurns, NothingIsSharedWithTheOther) {
  const ended both = run({60}, {30}, fifty_steps);
  EXPECT_EQ(both.runs, times(20, 'u') + times(40, 'a') + times(10, 'u'));
  EXPECT_EQ(both.shared, "0" + times(19, '1') + "0" + times(39, '1') + "0" + times(9, '1'));
}

// A turn of an execution of 100 steps is 2,000: the time to take up the work again is small beside it.
TEST(InTurns, ATurnIsLongWhereExecutionsAre) {
  const program hundred_steps = [] {
    fifty_steps();
    fifty_steps();
  };
  EXPECT_EQ(run({20}, {1000}, hundred_steps).runs, times(20, 'u') + times(20, 'a'));
}

// Each of a's executions ends after 5 steps, with the main thread left to be unwound: 35, so that it is ahead by
// a turn, with 2,000, after 58.
TEST(InTurns, ToUnwindAThreadCostsThirtySteps) {
  const ended both = run({1000, true, 5}, {21}, fifty_steps);
  EXPECT_EQ(both.runs, times(20, 'u') + times(58, 'a') + "u");
}

TEST(InTurns, StartOverTogether) {
  const ended both = run({30, true, SIZE_MAX, 10}, {1000}, fifty_steps);
  EXPECT_EQ(both.runs, times(20, 'u') + times(10, 'a') + times(20, 'u') + times(30, 'a'));
}

}  // namespace
}  // namespace norn
