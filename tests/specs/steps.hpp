// Steps: what the threads of a variant do when they come one after the other, a system call a line, and in
// which lines another variant differs from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <norn/specs/kit/spec.hpp>

namespace norn::specs_test {

// `open("reviews.json", O_RDONLY)`. A lock that is waited for is one line.
using steps = std::vector<std::string>;

// Of all threads of `protocol/variant@deployment` but the body's own, in the first execution of a search: each
// goes on as long as it can.
steps steps_of(std::string_view protocol, std::string_view variant, std::string_view deployment);

// A line of a difference: ' ' is in both, '-' in the first only, '+' in the second only.
struct changed_line {
  char sign;
  std::string step;
};
// A shortest one (longest common subsequence); what is removed comes before what is added.
std::vector<changed_line> difference(const steps& from, const steps& to);

// The changed lines, each with its neighbours; "…" for what is left out. Ends with a newline.
std::string shown(const std::vector<changed_line>& lines);

// In which lines a variant differs from what it is a variant of, in the first deployment, in the order of the
// smallest, where it does.
struct told_difference {
  std::string deployment;  // empty: in none
  std::vector<changed_line> lines;
};
told_difference difference_of(const kit::spec& p, const kit::spec::variant& v);

}  // namespace norn::specs_test
