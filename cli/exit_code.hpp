// Exit codes of the command, and of whatever exits in its place.
#pragma once

namespace norn {

enum class exit_code : int {
  success = 0,    // every verdict as declared
  differs = 1,    // a violation where none is expected, or a complete search without one that is
  bad_input = 2,  // usage, or input that cannot be used
  undecided = 3,  // where completeness was required
  misuse = 4,     // the test is nondeterministic, or wrong otherwise
  internal_error = 5,  // of Norn
  interrupted = 130,
};

}  // namespace norn
