#include "compare.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include <norn/scheduler/strategy/exhaustive.hpp>

#include "naive.hpp"
#include "orbit.hpp"

namespace norn::reference {

using namespace engine;

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
    const execution_kind learnt = s.end_execution(done);
    if (learnt == execution_kind::start_over) {
      space = search_space{};
      continue;
    }
    if (s.diverged()) {
      space.misuse = "expected " + s.diverged()->expected + ", came " + s.diverged()->came;
      return space;
    }
    // Of a probe, too: an execution that shares its beginning does not report it again.
    for (const violation& v : r.violations()) space.violated.insert(v.property);
    if (learnt == execution_kind::probe) ++space.probes;
    if (learnt != execution_kind::execution) continue;
    ++space.executions;
    ++space.traces[hash_of(done)];
    if (done.has_groups()) space.orbits.insert(orbit_of(done));
    space.final_states.insert(p.final_state());
  }
  space.complete = true;
  return space;
}

namespace {

std::string misuse_of(const search_space& reduced, const search_space& naive) {
  std::string text;
  if (!reduced.misuse.empty()) text += "misuse: " + reduced.misuse + "\n";
  if (!naive.misuse.empty()) text += "misuse (reference): " + naive.misuse + "\n";
  return text;
}

// What it ran that it should not have run, and where it came to something else.
std::string excess(const search_space& reduced, const search_space& naive) {
  std::string text;
  std::size_t repeated = 0;
  std::size_t unknown = 0;
  for (const auto& [trace, times] : reduced.traces) {
    repeated += times - 1;
    unknown += naive.traces.count(trace) == 0 ? 1 : 0;
  }
  if (repeated != 0) text += std::to_string(repeated) + " traces were run again\n";
  if (unknown != 0) text += std::to_string(unknown) + " traces are not known to the reference\n";
  if (reduced.final_states != naive.final_states) text += "the final states differ\n";
  if (reduced.violated != naive.violated) text += "the violated properties differ\n";
  return text;
}

std::string with_counts(std::string text, const search_space& reduced, const search_space& naive) {
  if (text.empty()) return text;
  return text + "reference: " + std::to_string(naive.traces.size()) +
         " traces; exhaustive: " + std::to_string(reduced.executions) + " executions\n";
}

}  // namespace

std::string difference(const search_space& reduced, const search_space& naive) {
  std::string text = misuse_of(reduced, naive);
  const auto missing =
      std::count_if(naive.traces.begin(), naive.traces.end(),
                    [&](const auto& trace) { return reduced.traces.count(trace.first) == 0; });
  if (missing != 0) text += std::to_string(missing) + " traces of the reference were never run\n";
  return with_counts(text + excess(reduced, naive), reduced, naive);
}

std::string difference_up_to_renaming(const search_space& reduced, const search_space& naive) {
  std::string text = misuse_of(reduced, naive);
  const auto missing =
      std::count_if(naive.orbits.begin(), naive.orbits.end(),
                    [&](std::uint64_t orbit) { return reduced.orbits.count(orbit) == 0; });
  if (missing != 0) {
    text += std::to_string(missing) + " of the reference's " + std::to_string(naive.orbits.size()) +
            " orbits were never run\n";
  }
  return with_counts(text + excess(reduced, naive), reduced, naive);
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
  total.traces += expected.traces.size();
  total.orbits += expected.orbits.size();
  total.violated += expected.violated.empty() ? 0 : 1;
  return expected.orbits.empty() ? difference(actual, expected)
                                 : difference_up_to_renaming(actual, expected);
}

std::uint64_t from_environment(const char* name, std::uint64_t by_default) {
  const char* const set = std::getenv(name);
  if (set == nullptr) return by_default;
  constexpr std::uint64_t least = 5;  // tests judge what they have drawn by its mean, too
  const bool part = *set == '/';
  const char* const text = set + (part ? 1 : 0);
  char* end = nullptr;
  const std::uint64_t number = std::strtoull(text, &end, 10);
  const std::string_view unit = end;
  const bool is_number = unit == "" && (!part || number != 0);
  if (*text < '0' || *text > '9' || !(is_number || (unit == "x" && !part))) {
    throw std::invalid_argument(std::string(name) + "=" + set +
                                ": give a number, a factor such as 10x, or a part such as /20");
  }
  if (part) return std::max(by_default / number, std::min(by_default, least));
  return unit == "x" ? number * by_default : number;
}

}  // namespace norn::reference
