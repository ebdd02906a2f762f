#include "preemptions.hpp"

#include <algorithm>

namespace norn::reference {

using namespace engine;

thread_id naive_counting::choose_thread(const execution& so_far) {
  const std::size_t steps = so_far.size();
  counts_.resize(steps);
  const thread_id chosen = naive::choose_thread(so_far);
  if (chosen == no_thread) return chosen;
  bool preempts = false;
  if (steps != 0) {
    const thread_id before = so_far.at(event_id(steps - 1)).thread;
    const bool fault = so_far.is_environment(before) || so_far.is_environment(chosen);
    preempts = chosen != before && so_far.is_enabled(before) && !fault;
  }
  counts_.push_back(preemptions() + (preempts ? 1 : 0));
  return chosen;
}

std::uint64_t naive_counting::key_of_prefix(const execution& so_far) {
  const std::size_t steps = so_far.size();
  const std::uint64_t last = steps == 0 ? 0 : index_of(so_far.at(event_id(steps - 1)).thread);
  return mix(mix(naive::key_of_prefix(so_far), last), preemptions());
}

space_by_preemptions search_by_preemptions(const observed_program& p, naive_counting& s, runner& r,
                                           std::size_t execution_limit) {
  space_by_preemptions space;
  std::size_t runs = 0;
  while (s.begin_execution()) {
    if (runs++ == execution_limit) return space;
    const execution& done = r.run(p.body, s);
    if (r.observed_more()) {
      s.restart();
      space = space_by_preemptions{};
      continue;
    }
    for (const violation& v : r.violations()) space.violated.add(v.property, s.preemptions());
    if (s.end_execution(done) != execution_kind::execution) continue;
    space.traces.add(hash_of(done), s.preemptions());
    space.final_states.add(p.final_state(), s.preemptions());
    if (s.preemptions() < space.most) continue;
    space.most = s.preemptions();
    space.most_preempting = r.threads().by_creation(done);
  }
  space.complete = true;
  return space;
}

std::string difference(const search_space& found, const space_by_preemptions& all,
                       std::size_t bound) {
  std::string text = found.misuse.empty() ? "" : "misuse: " + found.misuse + "\n";
  std::set<std::uint64_t> unexpected;
  std::set<std::uint64_t> missing = all.traces.within(bound);
  std::size_t repeated = 0;
  for (const auto& [trace, times] : found.traces) {
    if (missing.erase(trace) == 0) unexpected.insert(trace);
    repeated += times - 1;
  }
  const auto tell = [&](std::size_t n, const char* what) {
    if (n != 0) text += std::to_string(n) + " traces " + what + "\n";
  };
  tell(missing.size(), "within the bound were never run");
  tell(unexpected.size(), "need more preemptions, or are not known to the reference");
  tell(repeated, "were run again");
  if (found.final_states != all.final_states.within(bound)) text += "the final states differ\n";
  if (found.violated != all.violated.within(bound)) text += "the violated properties differ\n";
  return text.empty() ? text : text + "with at most " + std::to_string(bound) + " preemptions\n";
}

}  // namespace norn::reference
