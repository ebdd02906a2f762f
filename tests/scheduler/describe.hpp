// Describe: what a search came to, times aside, as text to be compared.
#pragma once

#include <sstream>
#include <string>

#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

inline std::string describe(const search_result& r) {
  std::ostringstream text;
  text << r.stats.executions << " executions, " << r.stats.blocked << " blocked, "
       << r.stats.too_deep << " too deep, " << r.stats.steps << " steps, "
       << (r.complete ? "complete" : "stopped") << " by " << name_of(r.bound_hit) << ", "
       << r.misuse.value_or("no misuse") << "\n";
  for (const property_verdict& p : r.properties) {
    text << p.property << " " << name_of(p.verdict) << " " << p.message;
    if (const auto& found = p.counterexample) {
      text << " in execution " << found->found_execution << " of " << found->found_steps
           << " steps:";
      for (const engine::step& s : found->schedule)
        text << " " << engine::index_of(s.thread) << "." << s.alternative;
    }
    text << "\n";
  }
  for (const fault_budget& f : r.faults) text << f.kind << " " << f.budget << "\n";
  return text.str();
}

}  // namespace norn
