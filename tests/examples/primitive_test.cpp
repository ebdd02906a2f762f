// The primitive of docs/writing-a-model.md, held against the naive explorer.
#include <gtest/gtest.h>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/tests/reference/compare.hpp>
#include <norn/tests/reference/naive.hpp>

// [primitive]
#include <norn/norn.hpp>
#include <norn/scheduler/run/point.hpp>

namespace engine = norn::engine;

// Signal: threads wait until it is raised; it can be lowered again.
//
// Invariant: the object's word is 1 while the signal is raised, else 0. Raising and lowering write
// the object, waiting reads it.
class signal_flag {
 public:
  explicit signal_flag(std::string_view label = {}) : state_("signal", label) {}

  void raise(norn::source_location where = norn::source_location::current()) {
    static constexpr engine::operation_kind kind{.name = "raise", .nothrow = true};
    engine::point p{kind, state_, where};
    if (p.abandoned()) return;
    p.write(state_);
    p.set_word(state_, 1);
    p.release_join(state_);  // what came before happens before the return from `wait`
    p.describe([](engine::narration& n) { n.changes = "raised"; });
  }

  void lower(norn::source_location where = norn::source_location::current()) {
    static constexpr engine::operation_kind kind{"lower"};
    engine::point p{kind, state_, where};
    p.write(state_);
    p.set_word(state_, 0);
  }

  void wait(norn::source_location where = norn::source_location::current()) const {
    static constexpr engine::operation_kind kind{"wait"};
    const auto is_raised = [](std::uint64_t word, std::uint64_t) { return word == 1; };
    engine::point p{kind, state_, where, engine::guard{state_.slot(), is_raised}};
    p.read(state_);
    p.acquire(state_);
  }

 private:
  engine::object state_;
};
// [end]

// [held-against-the-reference]
TEST(SignalFlag, AgainstTheReference) {
  using namespace norn::reference;
  std::string outcome;
  const observed_program program{[&] {
                                   outcome = "blocked";
                                   signal_flag signal;
                                   norn::atomic<int> last{0};
                                   norn::run_concurrently(
                                       [&] { signal.raise(), signal.lower(), last = 1; },  //
                                       [&] { signal.wait(), last = 2; },                   //
                                       [&] { signal.wait(), last = 3; });
                                   outcome = std::to_string(last.load());
                                 },
                                 [&] { return outcome; }};

  engine::runner runner{engine::runner::settings{}};
  engine::exhaustive reduced;
  naive every_interleaving{/*skip_seen_prefixes=*/true};
  const search_space found = search(program, reduced, runner, 100'000);
  const search_space expected = search(program, every_interleaving, runner, 100'000);
  EXPECT_EQ(difference(found, expected), "");
  // A thread that comes too late waits for good.
  EXPECT_EQ(found.final_states, (std::set<std::string>{"1", "2", "3", "blocked"}));
}
// [end]

// A destructor may raise it, and what came before is ordered.
TEST(SignalFlag, PublishesWhatCameBefore) {
  const norn::program body = [] {
    signal_flag ready{"ready"};
    norn::shared<int> data{0, "data"};
    norn::thread producer("producer", [&] {
      struct at_end {
        signal_flag& flag;
        ~at_end() { flag.raise(); }
      } raise{ready};
      data = 1;
    });
    ready.wait();
    norn::require("published", data == 1);
    producer.join();
  };
  norn::explore_options options;
  options.properties = {"published", "no_data_race"};
  const norn::search_result result = norn::explore(body, options);
  EXPECT_EQ(result.properties[0].verdict, norn::conclusion::holds);
  EXPECT_EQ(result.properties[1].verdict, norn::conclusion::holds);
}
