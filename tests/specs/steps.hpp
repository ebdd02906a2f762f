// Steps: what one thread of a variant does when it is alone, a system call a line, and in which lines
// another variant differs from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace norn::specs_test {

// `open("reviews.json", O_RDONLY)`. A lock that is waited for is one line.
using steps = std::vector<std::string>;

// Of the one writer of `protocol/variant@1thread`.
steps steps_of(std::string_view protocol, std::string_view variant);

// The variants of a protocol, without the fix, sorted.
std::vector<std::string> variants_of(std::string_view protocol);

// A line of a difference: ' ' is in both, '-' in the first only, '+' in the second only.
struct changed_line {
  char sign;
  std::string step;
};
// A shortest one (longest common subsequence); what is removed comes before what is added.
std::vector<changed_line> difference(const steps& from, const steps& to);

// The changed lines, each with its neighbours; "…" for what is left out. Ends with a newline.
std::string shown(const std::vector<changed_line>& lines);

}  // namespace norn::specs_test
