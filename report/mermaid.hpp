// Mermaid: a counterexample as a sequence diagram for documents (mermaid.js.org, sequenceDiagram).
//
// Participants are the threads, in a box for each process where there is more than one; a step is a
// message of a thread to itself; what it changed, why the thread changed, faults and the violation are
// notes. Texts of the program are escaped: none can end a line or begin another statement.
#pragma once

#include <string>
#include <string_view>

#include <norn/report/check_result.hpp>

namespace norn {

// Several lines, each with its end. Of a result without a counterexample: a diagram of the message
// alone.
std::string mermaid_text(const check_result& result);

// As it may stand in a message, a note or an alias.
std::string mermaid_escaped(std::string_view text);

}  // namespace norn
