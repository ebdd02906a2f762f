// Classic programs, counted exactly: one execution for each Mazurkiewicz trace, none blocked, and the
// properties that they violate. Where a count has no short derivation, the naive explorer confirms
// it in the same test.
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"
#include "classic_programs.hpp"

namespace norn::classic {

using namespace engine;
namespace {

using properties = std::set<std::string>;

void expect_count(const program& p, std::uint64_t executions, const properties& violated = {}) {
  explore_options options;
  options.name = "classic";
  options.properties = {"undecided to the end"};  // so that the search goes on past violations
  const search_result r = explore(p, options);
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.stats.blocked, 0u);
  EXPECT_EQ(r.stats.executions, executions);
  properties found;
  for (const property_verdict& each : r.properties) {
    if (each.verdict == conclusion::violated) found.insert(each.property);
  }
  EXPECT_EQ(found, violated);
}

// The same traces as the naive explorer finds, and so the same number.
void expect_like_naive(const program& p) {
  const reference::observed_program observed{p, [] { return std::string(); }};
  constexpr std::size_t execution_limit = 200'000;
  runner r(runner::settings{});
  exhaustive reduced;
  reference::naive naive(/*skip_seen_prefixes=*/true);
  const auto actual = reference::search(observed, reduced, r, execution_limit);
  const auto expected = reference::search(observed, naive, r, execution_limit);
  EXPECT_TRUE(expected.complete);
  EXPECT_EQ(reference::difference(actual, expected), "");
}

std::uint64_t power_of_two(int n) { return std::uint64_t{1} << n; }
std::uint64_t factorial(int n) {
  return n < 2 ? 1 : static_cast<std::uint64_t>(n) * factorial(n - 1);
}

// --- from the literature ---

// Each reader comes before the write or after it: 2^n.
TEST(ClassicPrograms, Readers) {
  for (const int n : {1, 4, 8, 10}) expect_count(readers(n), power_of_two(n));
}

// The n - 1 races between the write of a[j] and its read by thread j + 1 go either way: 2^(n-1) where
// the search finds a[n] zero or finds only a[0] so. Where it stops at k, 1 ≤ k < n, a[k + 1] has been
// written before a[k], so the race over a[k] is decided: 2^(n-2). Sum: (n + 3) 2^(n-2), as published.
TEST(ClassicPrograms, Lastzero) {
  expect_count(lastzero(5), 64);
  expect_count(lastzero(10), 3'328);
}
TEST(LargeClassicPrograms, Lastzero) { expect_count(lastzero(15), 147'456); }

// Message m of thread t is 11 m + t, so messages collide where t - t' = 11: three of the four messages
// of threads 11, 12, … each have a rival. A collision goes either way, and the loser's next place is
// nobody's first choice: 8^(n - 11).
TEST(ClassicPrograms, Indexer) {
  expect_count(indexer(11), 1);
  expect_count(indexer(12), 8);
  expect_count(indexer(13), 64);
}
TEST(LargeClassicPrograms, Indexer) {
  expect_count(indexer(14), 512);
  expect_count(indexer(15), 4'096);
}

// Inodes t and t + 13 begin with the same block, 2 t mod 26; the loser's next one is odd, and so
// nobody's: 2^(n - 13).
TEST(ClassicPrograms, Filesystem) {
  expect_count(filesystem(13), 1);
  for (int n = 14; n <= 19; ++n) expect_count(filesystem(n), power_of_two(n - 13));
}

// An access of a static program: an object and whether it writes.
struct static_access {
  char object;
  bool writes;
};

// The number of traces of two threads whose accesses are known beforehand. Each trace has one
// interleaving in which no step of the second thread is followed at once by one of the first that is
// independent of it (the lexicographic normal form); these are counted by their last steps.
std::uint64_t traces_of_two(const std::vector<static_access>& first,
                            const std::vector<static_access>& second) {
  const std::size_t rows = first.size() + 1;
  const std::size_t columns = second.size() + 1;
  const auto grid = [&] {
    return std::vector<std::vector<std::uint64_t>>(rows, std::vector<std::uint64_t>(columns, 0));
  };
  auto after_first = grid();   // interleavings of i and j steps that end with the first thread's
  auto after_second = grid();  // … with the second's
  after_first[0][0] = 1;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      if (i > 0) {
        after_first[i][j] = after_first[i - 1][j];
        if (j > 0) {
          const static_access a = first[i - 1];
          const static_access b = second[j - 1];
          const bool dependent = a.object == b.object && (a.writes || b.writes);
          if (dependent) after_first[i][j] += after_second[i - 1][j];
        }
      }
      if (j > 0) after_second[i][j] = after_first[i][j - 1] + after_second[i][j - 1];
    }
  }
  return after_first.back().back() + after_second.back().back();
}

TEST(ClassicPrograms, FibBench) {
  const auto rounds = [](int n, char own, char other) {
    std::vector<static_access> steps;
    for (int i = 0; i < n; ++i) {
      steps.insert(steps.end(), {{own, false}, {other, false}, {own, true}});
    }
    return steps;
  };
  const auto traces = [&](int n) {
    return traces_of_two(rounds(n, 'i', 'j'), rounds(n, 'j', 'i'));
  };
  // One round each: read j before or after it is written, the same with i, but not both after.
  EXPECT_EQ(traces(1), 3u);
  for (int n = 1; n <= 5; ++n) expect_count(fib_bench(n), traces(n));
  EXPECT_EQ(traces(5), 8'953u);
}

// --- one variable or one lock ---

TEST(ClassicPrograms, FetchAddInEveryOrder) {
  for (int n = 2; n <= 7; ++n) expect_count(fetch_add(n), factorial(n));
}

TEST(ClassicPrograms, LockedIncrementsInEveryOrder) {
  for (int n = 2; n <= 6; ++n) expect_count(locked_increments(n), factorial(n));
}

TEST(ClassicPrograms, IndependentWritersAreOneTrace) {
  for (const int n : {1, 2, 10, 40}) expect_count(independent_writers(n), 1);
}

TEST(ClassicPrograms, ReadsAndWrites) {
  // Thread t: write x[t], read x[t + 1], write x[t + 2] of three. The accesses to a variable all
  // conflict; of their 6^3 orders, 64 have no cycle with the order of the program.
  expect_like_naive(reads_and_writes(3, 3));
  expect_count(reads_and_writes(3, 3), 64);
}

// --- mutual exclusion ---

// The order of the tickets decides all: the wait for a number lies between its store and the next.
TEST(ClassicPrograms, TicketLock) {
  for (int n = 2; n <= 5; ++n) expect_count(ticket_lock(n), factorial(n));
}

TEST(ClassicPrograms, Dekker) {
  expect_like_naive(dekker());
  expect_count(dekker(), 11);
}

// Each thread: a (wants in), b (the other's turn), w (waits), c (leaves); all steps conflict but the
// waits. Say that the second is the later to get in, after c. Then at w either it does not want in yet
// (a' and b' between w and c, or after c: 3 ways), or it has given the turn away since b (b' between b
// and w, a' anywhere before: 3 ways). The other way round the same.
TEST(ClassicPrograms, Peterson) {
  expect_like_naive(peterson());
  expect_count(peterson(), 12);
}

TEST(ClassicPrograms, PetersonWithASingleLook) {
  expect_like_naive(peterson_single_look());
  expect_count(peterson_single_look(), 14);
}

TEST(ClassicPrograms, PetersonAnnouncedTooLateExcludesNobody) {
  expect_like_naive(peterson_announced_late());
  expect_count(peterson_announced_late(), 22, {"mutual_exclusion"});
}

TEST(ClassicPrograms, Szymanski) {
  expect_like_naive(szymanski());
  expect_count(szymanski(), 29);
}

// --- memory ---

// Two races, four ways; that neither store is seen would need a cycle.
TEST(ClassicPrograms, StoreBuffering) { expect_count(store_buffering(), 3); }

// Two races, four ways; that the flag is seen and the data is not would need a cycle.
TEST(ClassicPrograms, MessagePassing) { expect_count(message_passing(), 3); }

TEST(ClassicPrograms, MessagePassingWithAwait) { expect_count(message_passing_with_await(), 1); }

// The threads succeed in n! orders. The one that succeeds k-th (from 0) reads the top for the last time
// after k successes; before that it may have read it earlier, and failed later, any number of times:
// e1 < f1 ≤ e2 < f2 ≤ … ≤ k, in 1, 2, 5, 13 ways for k = 0, 1, 2, 3 (every other Fibonacci number).
TEST(ClassicPrograms, TreiberStackPushes) {
  expect_count(treiber_stack_pushes(2), 2 * 2);
  expect_like_naive(treiber_stack_pushes(3));
  expect_count(treiber_stack_pushes(3), 6 * 2 * 5);
  expect_count(treiber_stack_pushes(4), 24 * 2 * 5 * 13);
}

TEST(ClassicPrograms, TreiberStackPushAndPop) {
  expect_like_naive(treiber_stack_push_pop(2));
  expect_count(treiber_stack_push_pop(2), 46);
}

TEST(ClassicPrograms, TreiberStackHasTheAbaProblem) {
  expect_like_naive(treiber_stack_aba());
  expect_count(treiber_stack_aba(), 22, {"stack_is_intact"});
}

// --- locks and conditions ---

// Each fork goes first to the one or to the other of its two philosophers: 2^n ways. Each waiting for
// the right neighbour to finish would be a cycle. Each taking the left fork is the deadlock.
TEST(ClassicPrograms, DiningPhilosophers) {
  for (int n = 2; n <= 6; ++n) {
    expect_count(dining_philosophers(n), power_of_two(n) - 1, {"no_deadlock"});
  }
}

// As before, and now both ways of going round are cycles.
TEST(ClassicPrograms, DiningPhilosophersInOrder) {
  for (int n = 2; n <= 6; ++n) {
    expect_count(dining_philosophers_in_order(n), power_of_two(n) - 2);
  }
}

// All operations on a shared mutex depend on one another. Two readers: the writer goes between two
// steps where nobody reads: 3 places in each of the 2 orders without overlap, 2 in each of the 4 with.
TEST(ClassicPrograms, ReadersAndWriters) {
  expect_count(readers_writers(2, 0), 6);
  expect_count(readers_writers(2, 1), 14);
  expect_count(readers_writers(1, 1), 2);
  expect_count(readers_writers(0, 3), 6);
}

// The first item is put in at once. Each other item put in or taken out is waited for or not.
TEST(ClassicPrograms, ProducerConsumer) {
  expect_like_naive(producer_consumer(2));
  for (const int items : {1, 2, 3}) {
    expect_count(producer_consumer(items), power_of_two(2 * items - 1));
  }
}

// The consumer sees the flag, or waits and is woken, or waits after the notification and for ever.
TEST(ClassicPrograms, ProducerConsumerLosesAWakeup) {
  expect_count(producer_consumer_lost_wakeup(), 3, {"no_deadlock"});
}

// Of each phase, the order of arrivals; nobody arrives at the next before all have left.
TEST(ClassicPrograms, Barrier) {
  expect_count(barrier_phases(3, 1), 6);
  expect_count(barrier_phases(3, 2), 36);
  expect_count(barrier_phases(2, 4), 16);
}

TEST(ClassicPrograms, Latch) {
  for (int n = 2; n <= 5; ++n) expect_count(latch_arrivals(n), factorial(n));
}

}  // namespace
}  // namespace norn::classic
