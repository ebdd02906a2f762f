// Timed: all that small programs with durations can come to, found by letting time pass one unit after the other and
// trying every order of what can happen meanwhile. It knows nothing of zones nor of the engine. Times between two units
// bring nothing more where bounds are whole and belong to their intervals (Henzinger, Manna & Pnueli, "What good are
// digital clocks?", ICALP 1992).
#pragma once

#include <set>
#include <string>
#include <vector>

namespace norn::reference {

struct timed_instruction {
  enum class kind {
    note,      // appends the thread's letter to what all threads have noted; takes no time
    work,      // takes from `least` to `most`
    lock,      // the one mutex
    unlock,    // the same
    try_lock,  // for `least`; goes on behind the next unlock where that was in vain
  };
  kind what = kind::note;
  int least = 0;
  int most = 0;
};

// One list for each thread.
using timed_program = std::vector<std::vector<timed_instruction>>;

// What was noted, and a `T` by thread for each attempt in vain.
std::set<std::string> timed_outcomes(const timed_program& p);

// Where an attempt in vain leads to.
std::size_t behind_unlock(const std::vector<timed_instruction>& all, std::size_t from);

std::string text_of(const timed_program& p);

}  // namespace norn::reference
