// Random programs: small programs over registers, locks, condition variables, semaphores, joins,
// choices and waits, made by RapidCheck and run by an interpreter on the model's own types. What a
// program observed (every value read, every outcome) is its final state.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <vector>

#include <rapidcheck.h>

#include "compare.hpp"

namespace norn::reference {

enum class instruction_kind : std::uint8_t {
  read,           // register a
  write,          // register a := c
  add,            // register a += c, reading the new value
  add_to_own,     // the same, of a register that the thread has to itself
  compare_swap,   // register a: b → c
  exchange_two,   // registers a and b change places
  follow,         // read a; if it is c, write b, else read d: the footprint depends on the outcome
  follow_within,  // the same, and announces what it can touch
  claim,     // the first row from row a on that is free: the footprint ends there, and is announced
  free_row,  // row a
  ghost_count,    // specification state += 1, part of the step before
  ghost_observe,  // specification state read into the log
  choose,         // one of 2 or 3
  skip_if,        // if the last value is c, the next instruction is skipped
  lock,           // mutex a (skipped when held)
  unlock,         // mutex a (skipped when not held)
  try_lock,
  wait,      // condition variable a with mutex b (locks it first if need be)
  wait_for,  // the same, and may time out
  notify_one,
  notify_all,
  await,    // until register a is c
  acquire,  // semaphore a
  release,
  lock_shared,  // shared mutex
  unlock_shared,
  lock_exclusive,
  unlock_exclusive,
  fork,  // a thread that adds c to register a and reads register b
  fork_into,  // adds 1 to register a and reads register c, in a thread that lives by object b (0: by none)
  join,       // the last thread forked
  await_end,  // of thread a, if it was created before this one
  race_read,  // plain variable
  race_write,
};

struct instruction {
  instruction_kind kind{};
  std::uint8_t a = 0;
  std::uint8_t b = 0;
  std::uint8_t c = 0;
};

struct random_program {
  std::vector<std::vector<instruction>> threads;
  // Of the first thread there are so many equal ones, a symmetric group where they are two or more; started after
  // the others or, in a thread of its own, before them.
  int equals = 1;
  bool equals_first = false;
  bool with_predicate = false;  // an `always` over the registers
  // By which object each thread lives, 0 being none. A crash kills what lives by 1, another what lives by 2,
  // as many as there are.
  std::vector<int> lives;
  int crashes = 0;
  bool crash_loses = true;  // or not, which is a choice
  // Not empty: the crash, where it has killed something, starts a thread that does this and lives by 2, and
  // then kills what lives by 2.
  std::vector<instruction> again;
};

std::ostream& operator<<(std::ostream& out, const random_program& p);

// What a generator may use. Every instruction kind listed is drawn with equal chance.
struct feature_set {
  std::vector<instruction_kind> kinds;
  int threads = 3;       // at most; at least 2
  int instructions = 4;  // of one thread, at most
  bool predicates = false;
  int crashes = 0;        // 2 at most
  bool restarts = false;  // with one crash, which then strikes twice
  int equals = 1;  // at most; where there are, at least 2. The threads are then these and others.
};

rc::Gen<random_program> arbitrary_program(const feature_set& features);

// The program to be searched. Holds what its last execution observed.
observed_program interpret(const random_program& p);

}  // namespace norn::reference
