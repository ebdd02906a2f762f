// Shrink: from a schedule that breaks a property to a least one that breaks the same property, by trying
// changes and keeping those that make it less (Zeller & Hildebrandt, "Simplifying and isolating
// failure-inducing input", IEEE TSE 2002). Less is: fewer preemptions; with as many, fewer steps; with as
// many, fewer threads that take a step; with as many, fewer choices other than the default.
//
// The result is locally minimal: no change that is tried makes it less, the removal of any single step
// among them. It is a function of the schedule alone: what is spent is counted in steps and executions, not
// in time.
#pragma once

#include <string_view>

#include <norn/scheduler/explore/explorer.hpp>

namespace norn {

// Requires: `found` numbers threads in order of creation and ends with the step that breaks the property.
// Returns `found` itself where the violation does not come back, and what has been reached where the
// budget of steps is spent.
schedule shrink(const program& body, const explore_options& options, const schedule& found,
                std::string_view property);

}  // namespace norn
