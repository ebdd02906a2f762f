#include "steps.hpp"

#include <algorithm>
#include <cstddef>

#include <norn/scheduler/explore/narrate.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "searches.hpp"

namespace norn::specs_test {

using namespace engine;

namespace {

// A lock is taken in a second step, after one that found its file.
bool is_first_half(const trace_step& step) { return step.result == "to be taken"; }

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

bool is_shown(const std::vector<changed_line>& lines, std::size_t i) {
  const auto changed = [&](std::size_t k) { return k < lines.size() && lines[k].sign != ' '; };
  return changed(i) || changed(i + 1) || (i > 0 && changed(i - 1));
}

}  // namespace

steps steps_of(std::string_view protocol, std::string_view variant) {
  runner r({.narrate = true});
  exhaustive only_the_first;
  only_the_first.begin_execution();
  const declared_search& s =
      search_named(std::string(protocol) + "/" + std::string(variant) + "@1thread");
  const counterexample told = narrate(r, r.run(s.body, only_the_first));
  steps found;
  bool half_told = false;
  for (const trace_step& step : told.steps) {
    if (step.thread != "writer/0") continue;
    if (!half_told) found.push_back(line_of(step));
    half_told = is_first_half(step);
  }
  return found;
}

std::vector<std::string> variants_of(std::string_view protocol) {
  std::vector<std::string> found;
  for (const declared_search& s : searches_of(protocol)) {
    if (s.deployment == "1thread" && s.variant != "fixed") found.push_back(s.variant);
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

}  // namespace norn::specs_test
