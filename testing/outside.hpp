// Outside: what a person says to a test executable that is not GoogleTest's: the --norn_ flags, and
// their twins in the environment.
//
// gtest_main leaves flags that it does not know alone, and no main function of ours ever runs: the
// command line is read from /proc, at the first test that asks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <norn/scheduler/explore/settings.hpp>

namespace norn {

struct outside {
  engine::settings search;
  std::optional<std::string> replay;  // a token
  std::string program;                // as it was called
};

// Throws bad_input, with the flags that are accepted, for one that is not.
outside read_outside(const std::vector<std::string>& arguments);

// The arguments of this process, its own name first.
std::vector<std::string> process_arguments();

}  // namespace norn
