// Classic programs: small concurrent programs whose number of Mazurkiewicz traces is known, from the
// literature or by a derivation that fits a comment (classic_programs_test.cpp has the numbers). Each
// is the body of a check, and the benchmarks run them too.
#pragma once

#include <norn/scheduler/explore/explorer.hpp>

namespace norn::classic {

// --- from the literature on partial order reduction ---

// One writer of a variable and `readers` that read it once (Abdulla, Aronis, Jonsson, Sagonas,
// "Optimal dynamic partial order reduction", POPL 2014).
program readers(int readers);

// Thread j of `n` does a[j] = a[j - 1] + 1; one more looks for the last zero of a[0 … n], from the
// end (the same paper).
program lastzero(int n);

// Each thread inserts four messages into a hash table of 128 places by compare-and-swap (Flanagan &
// Godefroid, "Dynamic partial-order reduction for model checking software", POPL 2005, figure 1).
program indexer(int threads);

// Each thread allocates a block of 26 for its inode of 32 (the same paper, figure 8).
program filesystem(int threads);

// Two threads, each `rounds` times: i += j against j += i, reads and writes apart (SV-COMP).
program fib_bench(int rounds);

// --- one variable or one lock ---

program fetch_add(int threads);
program locked_increments(int threads);
program independent_writers(int threads);

// `threads` threads of `operations` each on three variables in turn: alternately a write and a read.
program reads_and_writes(int threads, int operations);

// --- mutual exclusion; each checks the property `mutual_exclusion` ---

program ticket_lock(int threads);
program dekker();
// Peterson's three variables share one word, so that a wait can look at all of them.
program peterson();
// The three variables apart; a thread that may not enter at its first look goes without.
program peterson_single_look();
// Both threads first look and then announce themselves: excludes nobody.
program peterson_announced_late();
program szymanski();

// --- memory ---

program store_buffering();
program message_passing();
// The reader waits for the flag. Data is an unsynchronised variable.
program message_passing_with_await();

// Each of `threads` pushes a node of its own and pops one.
program treiber_stack_pushes(int threads);
program treiber_stack_push_pop(int threads);
// Pops with a node that is pushed again in between succeed in spite of it: the ABA problem, which
// breaks `stack_is_intact`.
program treiber_stack_aba();

// --- locks and conditions ---

program dining_philosophers(int philosophers);
program dining_philosophers_in_order(int philosophers);
program readers_writers(int readers, int writers);
program producer_consumer(int items);
// The consumer looks at the flag before it locks.
program producer_consumer_lost_wakeup();
program barrier_phases(int threads, int phases);
program latch_arrivals(int threads);

}  // namespace norn::classic
