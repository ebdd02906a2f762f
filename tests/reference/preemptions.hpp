// Preemptions: how few of them it takes to come to a trace, a final state or a violation, found by
// running every schedule and counting. What the bounded strategy is held against.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compare.hpp"
#include "naive.hpp"

namespace norn::reference {

// Naive, and counts: a step preempts if the thread of the step before was enabled and another one was
// chosen, and neither is of the environment. With `skip_seen_prefixes` it does not go on from a prefix
// that is the same trace as one before, ended with the same thread and preempted just as often.
class naive_counting : public naive {
 public:
  using naive::naive;

  engine::thread_id choose_thread(const engine::execution& so_far) override;
  // Of the execution that was run last.
  std::size_t preemptions() const { return counts_.empty() ? 0 : counts_.back(); }

 private:
  std::uint64_t key_of_prefix(const engine::execution& so_far) override;

  std::vector<std::size_t> counts_;  // of the first step, the first two, …
};

// What it is, and the fewest preemptions of a schedule that leads to it.
template <class What>
class fewest_preemptions {
 public:
  void add(const What& what, std::size_t preemptions) {
    const auto known = fewest_.emplace(what, preemptions).first;
    known->second = std::min(known->second, preemptions);
  }
  std::set<What> within(std::size_t bound) const {
    std::set<What> result;
    for (const auto& [what, preemptions] : fewest_) {
      if (preemptions <= bound) result.insert(what);
    }
    return result;
  }

 private:
  std::map<What, std::size_t> fewest_;
};

struct space_by_preemptions {
  fewest_preemptions<std::uint64_t> traces;
  fewest_preemptions<std::string> final_states;
  fewest_preemptions<std::string> violated;
  engine::schedule most_preempting;
  std::size_t most = 0;   // of one schedule; with skipping, of those that were run to the end
  bool complete = false;  // false: gave up at the limit
};

space_by_preemptions search_by_preemptions(const observed_program& p, naive_counting& s,
                                           engine::runner& r, std::size_t execution_limit);

// A search within the bound came to what the reference says, and ran each trace once. Returns what
// differs, or nothing.
std::string difference(const search_space& found, const space_by_preemptions& all,
                       std::size_t bound);

}  // namespace norn::reference
