#include "compare.hpp"

#include <cstdlib>

#include <norn/scheduler/strategy/exhaustive.hpp>

#include "naive.hpp"

namespace norn::reference {

search_space search(const observed_program& p, strategy& s, runner& r,
                    std::size_t execution_limit) {
  search_space space;
  std::size_t runs = 0;
  while (s.begin_execution()) {
    if (runs++ == execution_limit) return space;
    const execution& done = r.run(p.body, s);
    done.check_invariants();
    if (s.diverged() || !r.misuse().empty()) {
      space.misuse = r.misuse().empty()
                         ? "diverged: " + s.diverged()->expected + " / " + s.diverged()->came
                         : r.misuse();
      return space;
    }
    if (r.observed_more()) {
      s.restart();
      space = search_space{};
      continue;
    }
    space.steps += done.size();
    const lesson learnt = s.end_execution(done);
    if (learnt == lesson::start_over) {
      space = search_space{};
      continue;
    }
    // Of a probe, too: an execution that shares its beginning does not report it again.
    for (const violation& v : r.violations()) space.violated.insert(v.property);
    if (learnt == lesson::probe) ++space.probes;
    if (learnt != lesson::execution) continue;
    ++space.executions;
    ++space.traces[hash_of(done)];
    space.final_states.insert(p.final_state());
  }
  space.complete = true;
  return space;
}

std::string difference(const search_space& reduced, const search_space& naive) {
  std::string text;
  if (!reduced.misuse.empty()) text += "misuse: " + reduced.misuse + "\n";
  if (!naive.misuse.empty()) text += "misuse (reference): " + naive.misuse + "\n";
  std::size_t repeated = 0;
  std::size_t unknown = 0;
  std::size_t missing = 0;
  for (const auto& [trace, times] : reduced.traces) {
    repeated += times - 1;
    unknown += naive.traces.count(trace) == 0 ? 1 : 0;
  }
  for (const auto& entry : naive.traces) missing += reduced.traces.count(entry.first) == 0 ? 1 : 0;
  const auto tell = [&](std::size_t n, const char* what) {
    if (n != 0) text += std::to_string(n) + " traces " + what + "\n";
  };
  tell(missing, "of the reference were never run");
  tell(repeated, "were run again");
  tell(unknown, "are not known to the reference");
  if (reduced.final_states != naive.final_states) text += "the final states differ\n";
  if (reduced.violated != naive.violated) text += "the violated properties differ\n";
  if (!text.empty()) {
    text += "reference: " + std::to_string(naive.traces.size()) +
            " traces; exhaustive: " + std::to_string(reduced.executions) + " executions\n";
  }
  return text;
}

std::string compare(const observed_program& p, tally& total, bool skip_seen_prefixes) {
  constexpr std::size_t execution_limit = 20'000;
  runner names(runner::settings{});
  naive reference(skip_seen_prefixes);
  const search_space expected = search(p, reference, names, execution_limit);
  if (!expected.complete && expected.misuse.empty()) {
    ++total.skipped;
    return {};
  }
  exhaustive reduced;
  const search_space actual = search(p, reduced, names, execution_limit);
  ++total.compared;
  total.executions += actual.executions;
  total.probes += actual.probes;
  return difference(actual, expected);
}

std::uint64_t from_environment(const char* name, std::uint64_t by_default) {
  const char* const text = std::getenv(name);
  return text == nullptr ? by_default : std::strtoull(text, nullptr, 10);
}

}  // namespace norn::reference
