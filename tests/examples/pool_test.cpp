// The pool of docs/writing-a-model.md, held against the naive explorer.
#include <gtest/gtest.h>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/tests/reference/compare.hpp>
#include <norn/tests/reference/naive.hpp>

// [pool]
#include <norn/norn.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace engine = norn::engine;

// Pool: daemons that run jobs, each in its turn. A job has a slot; a daemon takes a number and waits for the slot of
// that number.
//
// There is no one queue that all would write. Daemons meet at `turn`, callers at `tail`, and a slot is between one
// caller and one daemon.
class pool {
 public:
  // `room`: how many jobs there will be, at most.
  pool(int daemons, std::size_t room) : state_(std::make_shared<state>()) {
    // All slots are made here, so that they are called the same in every interleaving.
    for (std::size_t i = 0; i < room + static_cast<std::size_t>(daemons); ++i) {
      state_->slots.push_back(std::make_unique<slot>());
    }
    for (int i = 0; i < daemons; ++i) {
      engine::spawn(
          "daemon", i, [s = state_] { s->work(); }, engine::thread_role::daemon);
    }
  }

  // Returns the number of the job.
  std::size_t submit(std::function<void()> job,
                     norn::source_location where = norn::source_location::current()) {
    static constexpr engine::operation_kind append_kind{.name = "append",
                                                        .reach = engine::reach::exact};
    static constexpr engine::operation_kind fill_kind{.name = "fill",
                                                      .reach = engine::reach::exact};
    std::size_t number = 0;
    {
      engine::point p{append_kind, state_->tail, where};
      p.write(state_->tail);
      number = state_->submitted++;
    }
    slot& its = *state_->slots.at(number);
    engine::point p{fill_kind, its.filled, where};
    p.write(its.filled);
    p.set_word(its.filled, 1);
    p.release_join(its.filled);
    its.job = std::move(job);
    return number;
  }

  void wait(std::size_t number,
            norn::source_location where = norn::source_location::current()) const {
    await(state_->slots.at(number)->done, where);
  }

 private:
  struct slot {
    engine::object filled{"slot"};
    std::function<void()> job;
    engine::object done{"job"};
  };
  struct state {
    engine::object turn{"turn"};
    engine::object tail{"tail"};
    std::size_t taken = 0;
    std::size_t submitted = 0;
    std::vector<std::unique_ptr<slot>> slots;

    void work() {
      static constexpr engine::operation_kind turn_kind{.name = "take turn",
                                                        .reach = engine::reach::exact};
      static constexpr engine::operation_kind done_kind{.name = "done",
                                                        .reach = engine::reach::exact};
      for (;;) {
        std::size_t number = 0;
        {
          engine::point p{turn_kind, turn, {}};
          p.write(turn);
          number = taken++;
        }
        slot& mine = *slots.at(number);
        await(mine.filled, {});
        mine.job();
        engine::point p{done_kind, mine.done, {}};
        p.write(mine.done);
        p.set_word(mine.done, 1);
        p.release_join(mine.done);
      }
    }
  };

  // Once the word is 1 it stays so: the guard is not revocable.
  static void await(const engine::object& o, norn::source_location where) {
    static constexpr engine::operation_kind kind{.name = "await"};
    const auto is_set = [](std::uint64_t word, std::uint64_t) { return word == 1; };
    engine::point p{kind, o, where,
                    engine::guard{.object = o.slot(), .open = is_set, .revocable = false}};
    p.read(o);
    p.acquire(o);
  }

  std::shared_ptr<state> state_;  // shared with the daemons, which outlive the pool
};
// [end]

namespace {

using namespace norn::reference;

// Each of the callers hands over a job and waits for it.
search_space space_of(engine::strategy& s, int daemons, int callers) {
  std::string order;
  const observed_program program{[&] {
                                   order.clear();
                                   pool jobs(daemons, static_cast<std::size_t>(callers));
                                   norn::run_concurrently("caller", callers, [&](int i) {
                                     std::string own;
                                     const std::size_t number =
                                         jobs.submit([&own, i] { own = std::to_string(i); });
                                     jobs.wait(number);
                                     order += own + "@" + std::to_string(number) + " ";
                                   });
                                 },
                                 [&] {
                                   std::vector<char> sorted(order.begin(), order.end());
                                   std::sort(sorted.begin(), sorted.end());
                                   return std::string(sorted.begin(), sorted.end());
                                 }};
  engine::runner runner{engine::runner::settings{}};
  return search(program, s, runner, 1'000'000);
}

TEST(Pool, AgainstTheReference) {
  for (const int callers : {1, 2}) {
    engine::exhaustive reduced;
    naive every_interleaving{/*skip_seen_prefixes=*/true};
    const search_space found = space_of(reduced, 2, callers);
    EXPECT_EQ(difference(found, space_of(every_interleaving, 2, callers)), "") << callers;
    // Daemons that wait for ever are no deadlock.
    EXPECT_EQ(found.violated, (std::set<std::string>{}));
  }
}

// With n jobs two daemons take n + 2 turns. Each of the first n + 1 is either one's, the last falls to the one that does
// not wait for ever already. The callers come in any of n! orders.
TEST(Pool, TurnsAndCallersComeInAnyOrder) {
  const auto executions = [](int callers) {
    engine::exhaustive reduced;
    return space_of(reduced, 2, callers).executions;
  };
  EXPECT_EQ(executions(1), 4u);
  EXPECT_EQ(executions(2), 8u * 2);
  EXPECT_EQ(executions(3), 16u * 6);
}

// A caller whose job nobody takes is one.
TEST(Pool, ACallerThatWaitsForEverIsADeadlock) {
  norn::explore_options options;
  options.properties = {"no_deadlock"};
  const auto verdict = [&](int daemons) {
    return norn::explore(
               [&] {
                 pool jobs(daemons, 1);
                 jobs.wait(jobs.submit([] {}));
               },
               options)
        .properties[0]
        .verdict;
  };
  EXPECT_EQ(verdict(1), norn::conclusion::holds);
  EXPECT_EQ(verdict(0), norn::conclusion::violated);
}

// A daemon that waits may still run beside the main thread, unless nothing has happened yet.
TEST(Pool, PredicatesAreStatedBeforeIt) {
  const norn::search_result result = norn::explore(
      [] {
        norn::atomic<int> any_step{0};
        any_step = 1;
        pool jobs(1, 1);
        norn::always("stated late", [] { return true; });
      },
      {});
  EXPECT_NE(result.misuse.value_or("none").find("is stated while other threads run"),
            std::string::npos);
}

}  // namespace
