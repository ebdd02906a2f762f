// Explored: what the exhaustive search makes of a small program, for tests that count its traces. On the
// way the naive explorer must agree on the traces, the outcomes and the violated properties.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>

namespace norn {

using names = std::set<std::string>;

struct space {
  std::size_t executions = 0;
  names outcomes;  // what the body left in its argument, in executions that deadlock too
  names violated;
};

space explored(const std::function<void(std::string& outcome)>& body);

// The violated properties alone, of a body without an outcome.
names violated_in(const std::function<void()>& body);
// What the search says of a body that misuses Norn; "none" where it is none.
std::string misuse_of(const std::function<void()>& body);

}  // namespace norn
