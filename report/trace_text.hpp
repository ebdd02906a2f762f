// Trace text: the steps of an execution as a person reads them, a column for each thread where they
// fit, one column for all where they do not, or every detail of every step.
#pragma once

#include <string>
#include <vector>

#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

// Each line without its end. Uses columns if every thread that takes part can have one of at least
// 20 characters within `width`.
std::vector<std::string> trace_lines(const counterexample& trace, std::size_t width);

// All that is known of each step, in full.
std::vector<std::string> detailed_trace_lines(const counterexample& trace);

}  // namespace norn
