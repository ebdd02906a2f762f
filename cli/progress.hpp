// Progress: how far a run is, on standard error. One live line on a terminal, else a line each 10 s.
// Escape codes are never used.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

struct progress_state {
  std::string search;
  std::size_t checks_done = 0;
  std::size_t checks = 0;
  bounds limits;
};

// "store/fixed@2thread: 1,234 of at most 2,468 executions + 56 probes, 645/s, 2.00 s left at most; 3 of 12 checks
// done". The rate is of all that was run in the time: executions, those cut off and probes. The whole and what is
// left of it are those of the budget; a search without one has neither.
std::string progress_text(const progress_state& state, const statistics& stats);

class progress {
 public:
  enum class mode { silent, live, lines };

  progress(std::FILE* stream, mode m) : stream_(stream), mode_(m) {}

  void update(const progress_state& state, const statistics& stats);
  // Takes the live line away, so that results can be written where it was.
  void clear();

 private:
  using clock = std::chrono::steady_clock;

  std::FILE* stream_;
  mode mode_;
  std::size_t shown_width_ = 0;
  clock::time_point last_line_ = clock::now();
};

}  // namespace norn
