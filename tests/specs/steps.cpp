#include "steps.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>

#include <norn/scheduler/explore/narrate.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "searches.hpp"

namespace norn::specs_test {

using namespace engine;

namespace {

// A lock is taken in a second step, after one that found its file.
bool is_first_half(const trace_step& step) { return step.result == "to be taken"; }

// What a loop does for any task is not a step of the protocol.
bool is_of_the_loop(const trace_step& step) {
  static const std::set<std::string> all = {"run",  "begin", "end",  "resume",
                                            "turn", "poll",  "take", "return"};
  return all.contains(step.operation);
}

std::string line_of(const trace_step& step) {
  return step.operation + (step.arguments.empty() ? "(" + step.object + ")" : step.arguments);
}

// How many steps the two have in common from `from[i]` and `to[j]` on, for each i and j.
class common_lengths {
 public:
  common_lengths(const steps& from, const steps& to)
      : columns_(to.size() + 1), lengths_((from.size() + 1) * columns_, 0) {
    for (std::size_t i = from.size(); i-- > 0;) {
      for (std::size_t j = to.size(); j-- > 0;) {
        lengths_[i * columns_ + j] =
            from[i] == to[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  std::size_t at(std::size_t i, std::size_t j) const { return lengths_[i * columns_ + j]; }

 private:
  std::size_t columns_;
  std::vector<std::size_t> lengths_;
};

// Without crashes, the smallest first: `1thread`, `1thread-reader`, `2thread`.
std::vector<std::string> common_deployments(const kit::spec& p, const kit::spec::variant& v) {
  std::vector<std::string> both;
  std::set<std::string> of_base;
  for (const kit::declared_search& s : searches_of(p.name)) {
    if (s.variant == v.of) of_base.insert(s.deployment);
  }
  for (const kit::declared_search& s : searches_of(p.name)) {
    const bool common = s.variant == v.name && of_base.contains(s.deployment);
    if (common && !deployment_of(p, s.deployment).crashes()) both.push_back(s.deployment);
  }
  std::sort(both.begin(), both.end(), [&](const std::string& a, const std::string& b) {
    const auto size = [&](const std::string& name) {
      return std::tuple(deployment_of(p, name).actors(), name.size(), name);
    };
    return size(a) < size(b);
  });
  return both;
}

bool is_shown(const std::vector<changed_line>& lines, std::size_t i) {
  const auto changed = [&](std::size_t k) { return k < lines.size() && lines[k].sign != ' '; };
  return changed(i) || changed(i + 1) || (i > 0 && changed(i - 1));
}

}  // namespace

steps steps_of(std::string_view protocol, std::string_view variant, std::string_view deployment) {
  runner r({.narrate = true});
  exhaustive only_the_first;
  only_the_first.begin_execution();
  const kit::declared_search& s = search_named(std::string(protocol) + "/" + std::string(variant) +
                                               "@" + std::string(deployment));
  const counterexample told = narrate(r, r.run(s.body, only_the_first));
  steps found;
  bool half_told = false;
  for (const trace_step& step : told.steps) {
    if (step.thread == "main" || step.operation == "ghost" || is_of_the_loop(step)) continue;
    if (!half_told) found.push_back(line_of(step));
    half_told = is_first_half(step);
  }
  return found;
}

std::vector<changed_line> difference(const steps& from, const steps& to) {
  const common_lengths common(from, to);
  std::vector<changed_line> lines;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < from.size() || j < to.size()) {
    if (i < from.size() && j < to.size() && from[i] == to[j]) {
      lines.push_back({' ', from[i]});
      ++i;
      ++j;
    } else if (j == to.size() || (i < from.size() && common.at(i + 1, j) >= common.at(i, j + 1))) {
      lines.push_back({'-', from[i++]});
    } else {
      lines.push_back({'+', to[j++]});
    }
  }
  return lines;
}

std::string shown(const std::vector<changed_line>& lines) {
  std::string text;
  bool left_out = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_shown(lines, i)) text += lines[i].sign + (" " + lines[i].step) + "\n";
    if (!is_shown(lines, i) && !left_out) text += "  …\n";
    left_out = !is_shown(lines, i);
  }
  return text;
}

told_difference difference_of(const kit::spec& p, const kit::spec::variant& v) {
  for (const std::string& name : common_deployments(p, v)) {
    const steps of_base = steps_of(p.name, v.of, name);
    const steps of_variant = steps_of(p.name, v.name, name);
    if (of_base != of_variant) return {name, difference(of_base, of_variant)};
  }
  return {};
}

}  // namespace norn::specs_test
