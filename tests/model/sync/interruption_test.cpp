// Interrupts of waits that others end, and of waits at a gate that can close again: a mutex whose lock can be interrupted.
//
// NORN_PROGRAMS=N sets how many programs the random tests draw; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include <norn/model/sync/interruption.hpp>
#include <norn/model/thread/thread.hpp>

#include "../enumerate.hpp"
#include "../time/against_naive.hpp"

namespace norn {
namespace {

using namespace engine;

void interrupt_one(interruption& whom) {
  static constexpr operation_kind kind{.name = "interrupt", .reach = engine::reach::unknown};
  point p{kind, whom.state(), {}};
  whom.interrupt(p);
}

// Invariant: the word is the owner's identity + 1, or 0, in the lower half; in the upper half a bit for each thread that has
// been interrupted while it waits.
class interruptible_mutex final : public interruptible_gate {
 public:
  // False: interrupted.
  bool lock(interruption& own) {
    static constexpr operation_kind begin_kind{"begin to lock"};
    static constexpr operation_kind lock_kind{"lock"};
    {
      point p{begin_kind, own.state(), {}};
      has_been_waited_for = true;
      if (!own.begin(p, *this)) return false;
    }
    const std::uint64_t mine = bit_of(this_thread_id());
    point p{lock_kind, state_, {}, guard{state_.slot(), is_free_or_interrupted, mine}};
    own.leave();
    p.write(state_);
    const std::uint64_t word = p.word(state_);
    if ((word & mine) != 0) {
      p.set_word(state_, word & ~mine);
      return false;
    }
    p.set_word(state_, word | (index_of(p.thread()) + 1));
    return true;
  }

  void unlock() {
    static constexpr operation_kind kind{"unlock"};
    point p{kind, state_, {}};
    p.write(state_);
    p.set_word(state_, p.word(state_) & ~owner_mask);
  }

  const object& gate() const override { return state_; }
  void let_through(point& p, thread_id waiting) override {
    p.set_word(state_, p.word(state_) | bit_of(waiting));
  }

  bool has_been_waited_for = false;  // to be looked at after events that write the interruption

 private:
  static constexpr std::uint64_t owner_mask = 0xffffffff;
  static std::uint64_t bit_of(thread_id t) { return std::uint64_t{1} << (32 + index_of(t)); }
  static bool is_free_or_interrupted(std::uint64_t word, std::uint64_t bit) {
    return (word & owner_mask) == 0 || (word & bit) != 0;
  }

  object state_{"interruptible_mutex"};
};

class bell {
 public:
  // False: interrupted.
  bool wait(interruption& own) {
    static constexpr operation_kind wait_kind{"wait"};
    static constexpr operation_kind wake_kind{"wake"};
    const pending_wait mine = pending_wait::begin();
    {
      point p{wait_kind, state_, {}};
      p.write(state_);
      if (!own.begin(p, mine)) return false;
      waiting_.add(mine);
    }
    point p{wake_kind, state_.slot(), {}, mine.until_ended()};
    mine.read(p);
    return mine.reason(p) == wake_reason::granted;
  }

  void ring() {
    static constexpr operation_kind kind{.name = "ring", .reach = engine::reach::unknown};
    point p{kind, state_, {}};
    p.write(state_);
    waiting_.end_all(p, wake_reason::granted);
  }

 private:
  wait_queue waiting_;
  object state_{"bell"};
};

// The mutex is taken for good. The interrupt comes before the thread begins to wait, or after that: then the thread can only
// go on after the interrupt.
TEST(Interruption, EndsAWaitAtAGateThatNobodyOpens) {
  const auto found = reference::enumerate([](std::string& outcome) {
    interruptible_mutex m;
    interruption of_main;
    interruption of_waiter;
    m.lock(of_main);
    thread waiter("waiter", [&] { outcome = m.lock(of_waiter) ? "locked" : "interrupted"; });
    interrupt_one(of_waiter);
    waiter.join();
  });
  EXPECT_EQ(found.executions, 2u);
  EXPECT_EQ(found.outcomes, reference::outcomes{"interrupted"});
  EXPECT_EQ(found.violated, reference::properties{});
}

// A free mutex. The interrupt comes before the wait begins; or else it is an event on the gate, before the lock, between
// lock and unlock, or after both. There it comes too late, and the next wait does not begin.
TEST(Interruption, ThatComesTooLateIsOfTheNextWait) {
  const auto found = reference::enumerate([](std::string& outcome) {
    interruptible_mutex m;
    interruption of_waiter;
    thread waiter("waiter", [&] {
      outcome = m.lock(of_waiter) ? "locked" : "interrupted";
      if (outcome == "locked") m.unlock();
    });
    interrupt_one(of_waiter);
    waiter.join();
    outcome += m.lock(of_waiter) ? ", locked" : ", interrupted";
  });
  EXPECT_EQ(found.executions, 4u);
  EXPECT_EQ(found.outcomes, (reference::outcomes{"interrupted, locked", "locked, interrupted"}));
}

// Before the wait; between the wait and its end by the bell; after that. The bell rings before the wait (then only an
// interrupt ends it) or after.
TEST(Interruption, OfAWaitThatOthersEndTheFirstDecides) {
  const auto found = reference::enumerate([](std::string& outcome) {
    bell b;
    interruption of_waiter;
    run_concurrently([&] { outcome = b.wait(of_waiter) ? "rung" : "interrupted"; },
                     [&] { b.ring(); }, [&] { interrupt_one(of_waiter); });
  });
  // Wait W, ring R, interrupt I, wake K. I before W: R before or after W, 2. W before I: R before W: 1. Both after W: I then
  // R, R then I, and K reads the waiter, as the second of the two does: 2.
  EXPECT_EQ(found.executions, 5u);
  EXPECT_EQ(found.outcomes, (reference::outcomes{"rung", "interrupted"}));
  EXPECT_EQ(found.violated, reference::properties{});
}

// The mutex is taken for good; two waits B L and b l, each a beginning and a lock, and two interrupts of one thread. Both before B: one
// is enough for it, and nothing ends the second wait. One before B: the other one comes before b, or ends the second wait: 2.
// Both after B: the first ends that wait, though its lock may come later. The other one comes before L, between L and
// b, or ends the second wait: 3.
TEST(Interruption, OfAWaitThatHasBeenInterruptedIsOfTheNext) {
  const auto found = reference::enumerate([](std::string& outcome) {
    interruptible_mutex m;
    interruption of_main;
    interruption of_waiter;
    m.lock(of_main);
    std::string waits;
    outcome.clear();
    m.has_been_waited_for = false;
    thread interrupter("interrupter", [&] {
      for (int i = 0; i < 2; ++i) {
        interrupt_one(of_waiter);
        outcome += m.has_been_waited_for ? "late " : "early ";
      }
    });
    thread waiter("waiter", [&] {
      for (int i = 0; i < 2; ++i) {
        if (m.lock(of_waiter)) return;
      }
      waits = "interrupted twice";
    });
    interrupter.join();
    waiter.join();
    outcome += waits;
  });
  EXPECT_EQ(found.executions, 1u + 2 + 3);
  EXPECT_EQ(found.outcomes, (reference::outcomes{"early early ", "early late interrupted twice",
                                                 "late late interrupted twice"}));
}

// The gate has gone when the interrupt comes.
TEST(Interruption, OfAWaitAtAGateThatHasBeenDestroyed) {
  const auto found = reference::enumerate([](std::string& outcome) {
    interruption own;
    {
      interruptible_mutex gone;
      gone.lock(own);
    }
    interrupt_one(own);
    interruptible_mutex m;
    outcome = m.lock(own) ? "locked" : "interrupted";
  });
  EXPECT_EQ(found.executions, 1u);
  EXPECT_EQ(found.outcomes, reference::outcomes{"interrupted"});
}

struct instruction {
  enum class what : std::uint8_t { lock, unlock, wait, ring, interrupt };
  what does{};
  std::size_t which = 0;
};
using drawn_program = std::vector<std::vector<instruction>>;

drawn_program draw(std::mt19937_64& random, std::size_t threads, std::size_t length, bool waits) {
  using enum instruction::what;
  drawn_program drawn(threads);
  for (auto& script : drawn) {
    while (script.size() < length) {
      // Half of them lock and unlock.
      const instruction::what with_waits[] = {lock, unlock, lock, wait, ring, interrupt};
      const instruction::what without[] = {lock, unlock, lock, interrupt, interrupt, lock};
      const auto what = waits ? with_waits[random() % 6] : without[random() % 6];
      script.push_back({what, static_cast<std::size_t>(random() % threads)});
    }
  }
  return drawn;
}

std::string text_of(const drawn_program& p) {
  static constexpr const char* names[] = {" lock", " unlock", " wait", " ring", " interrupt"};
  std::string text;
  for (const auto& script : p) {
    for (const instruction& i : script) {
      text += names[static_cast<int>(i.does)] + std::string(" ") + std::to_string(i.which);
    }
    text += "\n";
  }
  return text;
}

void run(const drawn_program& p, std::vector<std::string>& seen) {
  using enum instruction::what;
  seen.assign(p.size(), "");
  interruptible_mutex m;
  bell b;
  std::array<interruption, 4> of;
  run_concurrently("thread", static_cast<int>(p.size()), [&](int t) {
    const auto self = static_cast<std::size_t>(t);
    bool holds = false;
    for (const instruction& i : p[self]) {
      switch (i.does) {
        case lock:
          if (holds) break;
          holds = m.lock(of[self]);
          seen[self] += holds ? "l" : "i";
          break;
        case unlock:
          if (holds) m.unlock();
          holds = false;
          break;
        case wait:
          seen[self] += b.wait(of[self]) ? "w" : "i";
          break;
        case ring:
          b.ring();
          break;
        case instruction::what::interrupt:
          interrupt_one(of[i.which]);
          break;
      }
    }
  });
}

void check_against_naive(std::uint64_t seed, std::size_t threads, std::size_t length, bool waits,
                         std::uint64_t by_default, bool skip_seen_prefixes) {
  const reference::tally total = hold_against_naive<drawn_program>(
      seed, by_default,
      [&](std::mt19937_64& random) { return draw(random, threads, length, waits); }, run,
      [](const drawn_program& p) { return text_of(p); }, skip_seen_prefixes);
  EXPECT_GT(total.executions, total.compared);
}

// Every interleaving: no access is relied on.
TEST(InterruptionAgainstReference, EveryInterleaving) {
  check_against_naive(1, 3, 2, true, 150, false);
}
TEST(InterruptionAgainstReference, TwoThreads) { check_against_naive(2, 2, 4, true, 300, true); }
TEST(InterruptionAgainstReference, OfAGate) { check_against_naive(3, 3, 3, false, 200, true); }
TEST(InterruptionAgainstReference, OfBoth) { check_against_naive(4, 3, 3, true, 200, true); }

}  // namespace
}  // namespace norn
