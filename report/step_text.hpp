// Step text: one step of an execution as a person reads it, in a phrase, and where it stands.
#pragma once

#include <string>

#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

bool is_fault(const trace_step& s);

// What the step did: "lock ledger_lock", "store(5) on total", "fetch_add(1) on total → 3".
std::string action_of(const trace_step& step);
// The same, and whether it was a fault: "fault: power failure on web".
std::string phrase_of(const trace_step& step);

// "bank_test.cpp:41"; empty where the place is not known.
std::string place_of(const std::string& file, int line);

}  // namespace norn
