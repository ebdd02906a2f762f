// Waits with a reason: threads that wait for several things at once, and whoever comes first decides.
//
// NORN_PROGRAMS=N sets how many programs the random test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

#include <norn/model/sync/waiter.hpp>
#include <norn/model/thread/thread.hpp>

#include "../enumerate.hpp"
#include "../time/against_naive.hpp"

namespace norn {
namespace {

using namespace engine;

// What threads wait for. An offer that finds nobody is lost.
class bell {
 public:
  // Waits for the first of them. The step writes all of them, so whatever ends the wait comes after it.
  static wake_reason wait_for_any(const std::vector<bell*>& these) {
    static constexpr operation_kind wait_kind{"wait"};
    static constexpr operation_kind wake_kind{"wake"};
    const pending_wait mine = [&] {
      point p{wait_kind, these.front()->state_, {}};
      const pending_wait begun = pending_wait::begin();
      for (bell* each : these) {
        p.write(each->state_);
        each->waiting_.add(begun);
        p.set_word(each->state_, p.word(each->state_) + 1);
      }
      return begun;
    }();
    point p{wake_kind, these.front()->state_.slot(), {}, mine.until_ended()};
    mine.read(p);
    return mine.reason(p);
  }

  // Until so many waits have begun.
  void await_waits(std::uint64_t count) const {
    static constexpr operation_kind kind{"await waits"};
    const auto reached = [](std::uint64_t word, std::uint64_t wanted) { return word >= wanted; };
    point p{kind, state_, {}, guard{state_.slot(), reached, count, /*revocable=*/false}};
    p.read(state_);
  }

  void end_one(wake_reason why) {
    static constexpr operation_kind kind{.name = "end one", .reach = engine::reach::unknown};
    point p{kind, state_, {}};
    const std::size_t waiting = waiting_.size(p);
    if (waiting == 0) {
      p.write(state_);
      waiting_.look(p);
      return;
    }
    const std::uint16_t place = p.choose(static_cast<std::uint32_t>(waiting));
    p.write(state_);
    waiting_.end_one(p, place, why);
  }

  void end_all(wake_reason why) {
    static constexpr operation_kind kind{.name = "end all", .reach = engine::reach::unknown};
    point p{kind, state_, {}};
    p.write(state_);
    waiting_.end_all(p, why);
  }

 private:
  wait_queue waiting_;
  object state_{"bell"};
};

std::string text_of(wake_reason why) {
  switch (why) {
    case wake_reason::granted:
      return "g";
    case wake_reason::cancelled:
      return "c";
    case wake_reason::victim:
      return "v";
    case wake_reason::interrupted:
      return "i";
    case wake_reason::of_the_model:
      return "m";
  }
  return "?";
}

// L and R end the wait W, each through a bell of its own. Both before W: it waits for good (1, for they do not depend on
// one another). One before: the other one decides (2). Both after: the first decides; the second only looks at the waiter,
// as the thread does when it wakes (2).
TEST(Waiter, OfTwoThingsTheFirstDecides) {
  const auto found = reference::enumerate([&](std::string& outcome) {
    bell left;
    bell right;
    outcome = "waits";
    run_concurrently(
        [&] {
          outcome = text_of(bell::wait_for_any({&left, &right}));
        },
        [&] { left.end_all(wake_reason::granted); },
        [&] { right.end_one(wake_reason::cancelled); });
  });
  EXPECT_EQ(found.executions, 1u + 2 + 2);
  EXPECT_EQ(found.outcomes, (reference::outcomes{"waits", "g", "c"}));
  EXPECT_EQ(found.violated, (reference::properties{"no_deadlock"}));
}

// A wait that was ended elsewhere is passed over, and takes nothing from the one behind it: two threads wait at the right
// bell, of which the first one's wait has been ended at the left bell. One call ends the other's.
TEST(Waiter, WhatWasEndedElsewhereIsPassedOver) {
  const auto found = reference::enumerate([&](std::string& outcome) {
    bell left;
    bell right;
    std::string reason;
    thread first("first", [&] { reason = text_of(bell::wait_for_any({&left, &right})); });
    left.await_waits(1);
    thread second("second", [&] { outcome = text_of(bell::wait_for_any({&right})); });
    right.await_waits(2);
    left.end_all(wake_reason::cancelled);
    right.end_one(wake_reason::of_the_model);
    first.join();
    second.join();
    outcome = reason + outcome;
  });
  EXPECT_EQ(found.outcomes, (reference::outcomes{"cm"}));
  EXPECT_EQ(found.violated, reference::properties{});
}

struct instruction {
  enum class what : std::uint8_t { wait, wait_for_both, end_one, end_all };
  what does{};
  std::size_t bell = 0;
};
using drawn_program = std::vector<std::vector<instruction>>;

drawn_program draw(std::mt19937_64& random, std::size_t threads, std::size_t length) {
  drawn_program drawn(threads);
  for (auto& script : drawn) {
    while (script.size() < length) {
      script.push_back({instruction::what(random() % 4), static_cast<std::size_t>(random() % 2)});
    }
  }
  return drawn;
}

std::string text_of(const drawn_program& p) {
  static constexpr const char* names[] = {" wait", " wait_for_both", " end_one", " end_all"};
  std::string text;
  for (const auto& script : p) {
    for (const instruction& i : script) {
      text += names[static_cast<int>(i.does)] + std::string(" ") + std::to_string(i.bell);
    }
    text += "\n";
  }
  return text;
}

void run(const drawn_program& p, std::vector<std::string>& seen) {
  seen.assign(p.size(), "");
  bell bells[2];
  run_concurrently("thread", static_cast<int>(p.size()), [&](int t) {
    const auto reason = wake_reason(static_cast<int>(wake_reason::granted) + t);
    std::string& own = seen[static_cast<std::size_t>(t)];
    for (const instruction& i : p[static_cast<std::size_t>(t)]) {
      switch (i.does) {
        case instruction::what::wait:
          own += text_of(bell::wait_for_any({&bells[i.bell]}));
          break;
        case instruction::what::wait_for_both:
          own += text_of(bell::wait_for_any({&bells[i.bell], &bells[1 - i.bell]}));
          break;
        case instruction::what::end_one:
          bells[i.bell].end_one(reason);
          break;
        case instruction::what::end_all:
          bells[i.bell].end_all(reason);
          break;
      }
    }
  });
}

void check_against_naive(std::uint64_t seed, std::size_t threads, std::size_t length,
                         std::uint64_t by_default, bool skip_seen_prefixes) {
  const reference::tally total = hold_against_naive<drawn_program>(
      seed, by_default, [&](std::mt19937_64& random) { return draw(random, threads, length); }, run,
      [](const drawn_program& p) { return text_of(p); }, skip_seen_prefixes);
  EXPECT_GT(total.executions, total.compared);
}

// Every interleaving: no access is relied on.
TEST(WaiterAgainstReference, EveryInterleaving) { check_against_naive(1, 3, 2, 100, false); }
TEST(WaiterAgainstReference, ThreeThreads) { check_against_naive(2, 3, 3, 200, true); }
TEST(WaiterAgainstReference, FourThreads) { check_against_naive(3, 4, 2, 100, true); }

}  // namespace
}  // namespace norn
