// Replay: a counterexample's schedule leads to the same execution again, in this process and in
// another one where everything lies at other addresses; a program that has changed is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <variant>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/explore/token.hpp>

namespace norn {

using namespace engine;
namespace {

using ::testing::HasSubstr;

// Threads that make threads, objects on the heap, a choice, and a violation behind a lost update.
void lost_update() {
  const auto total = std::make_unique<atomic<int>>(0, "total");
  run_concurrently("outer", 2, [&](int) {
    const auto own = std::make_unique<mutex>("own");
    run_concurrently("inner", 2, [&](int) {
      const std::uint32_t by = choose(2) + 1;
      own->lock();
      total->store(total->load() + static_cast<int>(by));
      own->unlock();
    });
  });
  require("all_counted", total->load() >= 4);
}

explore_options replaying() {
  explore_options options;
  options.name = "Replay.lost_update";
  options.properties = {"all_counted"};
  return options;
}

counterexample found() {
  const search_result r = explore(lost_update, replaying());
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  EXPECT_EQ(r.properties[0].verdict, conclusion::violated);
  return r.properties[0].counterexample.value();
}

// All that a reader sees of an execution.
std::string text_of(const counterexample& c) {
  std::ostringstream out;
  out << c.property << '|' << c.message << '|' << c.preemptions << '|' << c.fingerprint << '\n';
  for (const std::string& t : c.threads) out << t << '|';
  for (const trace_step& s : c.steps) {
    out << '\n'
        << s.number << '|' << s.thread << '|' << s.operation << '|' << s.object << '|'
        << s.arguments << '|' << s.result << '|' << s.changes << '|' << s.file << '|' << s.line
        << '|' << s.kind << '|' << s.alternative << '/' << s.alternatives << '|' << s.preempts()
        << '|' << s.conflicts_with.value_or(0);
  }
  for (const blocked_thread& b : c.blocked_threads) {
    out << '\n' << b.thread << '|' << b.operation << '|' << b.object << '|' << b.held_by;
  }
  return out.str();
}

TEST(Replay, LeadsToTheSameExecution) {
  const counterexample c = found();
  const replay_result again =
      replay(lost_update, replaying(), c.schedule, fingerprint_of(c.schedule), "all_counted");
  EXPECT_FALSE(again.refused) << *again.refused;
  EXPECT_TRUE(again.violated);
  EXPECT_EQ(again.trace.schedule, c.schedule);
  EXPECT_EQ(text_of(again.trace), text_of(c));
  // Main and the two outer threads create two threads in one step and join them in another; four threads
  // take 5 steps each; the outer ones destroy a mutex; and a load finds out: 3 · 2 + 4 · 5 + 2 + 1.
  EXPECT_EQ(c.steps.size(), 29u);
  EXPECT_EQ(c.threads.size(), 7u);
}

TEST(Replay, TokenCarriesAllThatIsNeeded) {
  const counterexample c = found();
  token t;
  t.check = "Replay.lost_update";
  t.schedule = c.schedule;
  t.fingerprint = fingerprint_of(c.schedule);
  t.depth = 10'000;
  const auto decoded = decode(encode(t));
  ASSERT_TRUE(std::holds_alternative<token>(decoded));
  const token& back = std::get<token>(decoded);
  const replay_result again =
      replay(lost_update, replaying(), back.schedule, back.fingerprint, "all_counted");
  EXPECT_FALSE(again.refused) << *again.refused;
  EXPECT_TRUE(again.violated);
  EXPECT_EQ(text_of(again.trace), text_of(c));
}

TEST(Replay, WithoutAPropertyNamedTellsWhatIsViolated) {
  const counterexample c = found();
  const replay_result again =
      replay(lost_update, replaying(), c.schedule, fingerprint_of(c.schedule), "");
  EXPECT_TRUE(again.violated);
  EXPECT_EQ(again.trace.property, "all_counted");
}

TEST(Replay, AScheduleWithoutAViolationIsReplayedToo) {
  counterexample c = found();
  c.schedule.pop_back();  // the step that finds out
  const replay_result again = replay(lost_update, replaying(), c.schedule, {}, "all_counted");
  EXPECT_FALSE(again.refused);
  EXPECT_FALSE(again.violated);
  EXPECT_EQ(again.trace.steps.size(), 28u);
}

// --- in another process ---

constexpr const char* asks_for_text = "NORN_TEST_PRINT_REPLAY";

// Run by the tests below, in a process of its own; does nothing otherwise.
TEST(Replay, PrintsWhatItFinds) {
  const char* const wanted = std::getenv(asks_for_text);
  if (wanted == nullptr) return;
  if (*wanted == 0) {
    std::printf("<<<%s>>>", text_of(found()).c_str());
    return;
  }
  const auto decoded = decode(wanted);
  ASSERT_TRUE(std::holds_alternative<token>(decoded));
  const token& t = std::get<token>(decoded);
  const replay_result again =
      replay(lost_update, replaying(), t.schedule, t.fingerprint, "all_counted");
  std::printf("<<<%s>>>", again.refused ? again.refused->c_str() : text_of(again.trace).c_str());
}

std::string text_of_another_process(const std::string& token) {
  const std::string command = std::string(asks_for_text) + "='" + token + "' /proc/" +
                              std::to_string(::getpid()) +
                              "/exe --gtest_filter=Replay.PrintsWhatItFinds";
  FILE* const out = ::popen(command.c_str(), "r");
  if (out == nullptr) return "no process";
  std::string text;
  for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) text += static_cast<char>(c);
  ::pclose(out);
  const std::size_t first = text.find("<<<");
  const std::size_t last = text.rfind(">>>");
  if (first == std::string::npos || last == std::string::npos) return text;
  return text.substr(first + 3, last - first - 3);
}

TEST(Replay, SearchFindsTheSameInAnotherProcess) {
  EXPECT_EQ(text_of_another_process(""), text_of(found()));
}

TEST(Replay, TokenReplaysInAnotherProcess) {
  const counterexample c = found();
  token t;
  t.check = "Replay.lost_update";
  t.schedule = c.schedule;
  t.fingerprint = fingerprint_of(c.schedule);
  t.depth = 10'000;
  EXPECT_EQ(text_of_another_process(encode(t)), text_of(c));
}

// --- a changed program ---

struct variant {
  bool extra_load = false;
  bool no_choice = false;
  bool other_kind = false;
};

program racers(variant v) {
  return [v] {
    atomic<int> x{0};
    run_concurrently("racer", 2, [&](int t) {
      if (v.extra_load && t == 1) x.load();
      const int by = v.no_choice ? 1 : static_cast<int>(choose(2));
      if (v.other_kind) {
        x.fetch_add(by);
      } else {
        x.store(x.load() + by);
      }
    });
    require("both", x.load() != 1);
  };
}

explore_options racing() {
  explore_options options;
  options.name = "Replay.racers";
  options.properties = {"both"};
  return options;
}

counterexample race() { return explore(racers({}), racing()).properties[0].counterexample.value(); }

std::string refusal_of(variant v, const schedule& s, const fingerprint& recorded = {}) {
  const replay_result r = replay(racers(v), racing(), s, recorded, "both");
  EXPECT_FALSE(r.violated);
  return r.refused.value_or("not refused");
}

TEST(Replay, UnchangedProgramIsAccepted) {
  const counterexample c = race();
  const replay_result r =
      replay(racers({}), racing(), c.schedule, fingerprint_of(c.schedule), "both");
  EXPECT_FALSE(r.refused) << *r.refused;
  EXPECT_TRUE(r.violated);
}

TEST(Replay, ChangedProgramIsRefusedWithStepExpectedAndCame) {
  const counterexample c = race();
  ASSERT_EQ(c.steps.size(), 9u);  // spawn, 3 of each racer, join, load
  // A schedule of the program knows which operation each of its steps was.
  EXPECT_THAT(refusal_of({.extra_load = true}, c.schedule), HasSubstr("step "));
  EXPECT_THAT(refusal_of({.no_choice = true}, c.schedule), HasSubstr("expected "));
  EXPECT_THAT(refusal_of({.other_kind = true}, c.schedule), HasSubstr("came fetch_add"));
}

// The steps of a token do not.
schedule without_checks(schedule s) {
  for (step& each : s) each.check = 0;
  return s;
}

// Its fingerprint does. Steps 2 to 4 are racer/0's choose, load and store, 5 to 7 those of racer/1,
// which chooses to add; main does what is before and behind.
TEST(Replay, ChangedProgramIsRefusedWithAToken) {
  const counterexample c = race();
  const auto refused = [&](variant v) {
    return refusal_of(v, without_checks(c.schedule), fingerprint_of(c.schedule));
  };
  EXPECT_EQ(refused({.extra_load = true}),
            "step 5: expected another operation or object, came load atomic, of racer/1");
  EXPECT_EQ(refused({.no_choice = true}),
            "step 2: expected another operation or object, came load atomic, of racer/0");
  EXPECT_EQ(refused({.other_kind = true}),
            "step 3: expected another operation or object, came fetch_add atomic, of racer/0");
}

// Without one, that a thread cannot go on, or has ended, gives the change away.
TEST(Replay, ChangedProgramIsRefusedWithoutAFingerprint) {
  const schedule s = without_checks(race().schedule);
  EXPECT_THAT(refusal_of({.extra_load = true}, s), HasSubstr("came join, which is blocked"));
  EXPECT_THAT(refusal_of({.no_choice = true}, s), HasSubstr("step "));
  EXPECT_THAT(refusal_of({.other_kind = true}, s),
              HasSubstr("came nothing: the thread has no next operation"));
}

TEST(Replay, FingerprintTellsOtherOperationsApart) {
  const auto writes = [](bool exchanges) {
    return [exchanges] {
      atomic<int> x{0, "x"};
      x.load();
      if (exchanges) {
        x.exchange(1);
      } else {
        x.store(1);
      }
      require("both", false);
    };
  };
  const counterexample c = explore(writes(false), racing()).properties[0].counterexample.value();
  const replay_result r = replay(writes(true), racing(), without_checks(c.schedule),
                                 fingerprint_of(c.schedule), "both");
  EXPECT_FALSE(r.violated);
  EXPECT_EQ(r.refused, "step 2: expected another operation or object, came exchange x, of main");
}

// 130 steps have a mark after every third.
TEST(Replay, OfALongScheduleAFewStepsAreNamed) {
  const auto writes = [](int exchanged) {
    return [exchanged] {
      atomic<int> x{0, "x"};
      for (int i = 1; i <= 130; ++i) i == exchanged ? x.exchange(1) : x.load();
      require("both", false);
    };
  };
  const counterexample c = explore(writes(0), racing()).properties[0].counterexample.value();
  ASSERT_EQ(c.steps.size(), 130u);
  const replay_result r =
      replay(writes(5), racing(), without_checks(c.schedule), fingerprint_of(c.schedule), "both");
  EXPECT_EQ(r.refused,
            "one of the steps 4 to 6: expected another operation or object; these begin with load "
            "x, of main");
}

// --- misuse ---

// The schedule fits as far as it goes: the program is what is wrong, not the schedule.
TEST(Replay, MisuseIsNoMisfit) {
  const auto counts = [](bool misused) {
    return [misused] {
      atomic<int> x{0, "x"};
      always("small", [&] { return misused && x.load() == 2 ? x.exchange(0) == 2 : true; });
      for (int i = 1; i <= 3; ++i) x.store(i);
      require("both", false);
    };
  };
  const counterexample c = explore(counts(false), racing()).properties[0].counterexample.value();
  ASSERT_EQ(c.steps.size(), 3u);
  const replay_result r =
      replay(counts(true), racing(), c.schedule, fingerprint_of(c.schedule), "both");
  EXPECT_EQ(r.refused, std::nullopt);
  EXPECT_EQ(r.verdict(), conclusion::misuse);
  EXPECT_EQ(r.trace.steps.size(), 2u);
  EXPECT_EQ(
      r.misuse,
      "an operation (exchange) inside the predicate of always(\"small\"): a predicate may only "
      "read variables of the model");
}

// --- a schedule of something else ---

TEST(Replay, ScheduleThatIsTooLongIsRefused) {
  counterexample c = race();
  c.schedule.push_back(c.schedule.back());
  EXPECT_THAT(refusal_of({}, c.schedule),
              HasSubstr("step 10: expected an operation of thread 0, came "));
}

TEST(Replay, ThreadThatDoesNotExistIsRefused) {
  counterexample c = race();
  c.schedule[0].thread = thread_id{7};
  EXPECT_EQ(
      refusal_of({}, c.schedule),
      "step 1: expected an operation of thread 7, came nothing: the thread has no next operation");
}

TEST(Replay, AlternativeThatIsNotOfferedIsRefused) {
  counterexample c = race();
  for (std::size_t i = 0; i < c.schedule.size(); ++i) {
    if (c.steps[i].operation != "choose") continue;
    c.schedule[i].alternative = 5;
    EXPECT_EQ(refusal_of({}, c.schedule),
              "step " + std::to_string(i + 1) + ": expected an operation of thread " +
                  std::to_string(index_of(c.schedule[i].thread)) +
                  " that takes its alternative 5, came only 2 alternatives");
    return;
  }
  FAIL() << "no choice in the trace";
}

}  // namespace
}  // namespace norn
