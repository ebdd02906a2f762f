// Enumerate: all that a small program can do, for exact assertions. The exhaustive search is held
// against the naive one by the way, so that every program that a test enumerates also tests that.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace norn::reference {

using outcomes = std::set<std::string>;
using properties = std::set<std::string>;

struct enumeration {
  std::size_t executions = 0;
  // What the body left in its argument at the end of each execution; of one that ended with every
  // thread blocked too, or was cut short by a halted main thread.
  reference::outcomes outcomes;
  properties violated;
  std::map<std::string, std::string> messages;  // of the violated properties
};

enumeration enumerate(const std::function<void(std::string& outcome)>& body);

}  // namespace norn::reference
