// Outcome choices: a way to try every combination of some picks, one after the other. What is to be tried
// asks for each pick as it comes to it; which picks there are may depend on those before.
//
//   outcome_choices choices;
//   do { see(outcome_of(choices)); } while (choices.next());
#pragma once

#include <cstddef>
#include <vector>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

class outcome_choices {
 public:
  // One of 0 … n-1. The first combination picks 0 everywhere. Requires: n ≥ 1.
  std::size_t pick(std::size_t n) {
    NORN_INVARIANT(n >= 1);
    if (n == 1) return 0;
    if (made_ == picks_.size()) picks_.push_back({0, n});
    return picks_[made_++].taken;
  }

  // Goes on to the next combination; false when all have been tried.
  bool next() {
    made_ = 0;
    while (!picks_.empty() && ++picks_.back().taken == picks_.back().of) picks_.pop_back();
    return !picks_.empty();
  }

 private:
  struct picked {
    std::size_t taken;
    std::size_t of;
  };

  std::vector<picked> picks_;
  std::size_t made_ = 0;
};

}  // namespace norn::io
