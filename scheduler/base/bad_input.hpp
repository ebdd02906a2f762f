// Bad input: what a person asked for cannot be done. The message says what, why and what to do
// instead. The command ends with exit code 2, a test fails.
#pragma once

#include <stdexcept>

namespace norn {

class bad_input : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace norn
