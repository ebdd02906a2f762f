// Faults that were declared: what the environment may do to the program, and whether it ever did. A fault
// that strikes in no execution of a complete search was declared in vain, and is misuse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace norn::engine {

struct declared_fault {
  std::string kind;          // "crashes", as in a report's budget
  std::string name;          // "crash of worker"
  std::uint32_t budget = 0;  // how often it may strike in one execution
  bool struck = false;       // in some execution of the search
};

// The fault of this kind and name; declared once, it is known to every later execution of the search.
// Requires: inside the body of a check. Not a scheduling point. The reference lasts as long as the search.
declared_fault& declare_fault(std::string_view kind, std::string_view name, std::uint32_t budget);

}  // namespace norn::engine
