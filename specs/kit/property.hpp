// Property: a claim with a name and a sentence, the same wherever it is made. Its check looks at the history
// when everybody has done his work and what is left has been looked at; a property without a check is stated
// by the protocol where it can be seen to fail (norn::require), or is one of those always checked.
#pragma once

#include <string>
#include <vector>

#include <norn/specs/kit/deployment.hpp>
#include <norn/specs/kit/history.hpp>

namespace norn::kit {

// Where a property is claimed.
using scope = bool (*)(const deployment&);
inline bool everywhere(const deployment&) { return true; }
inline bool unless_it_crashes(const deployment& d) { return !d.crashes(); }
inline bool where_it_crashes(const deployment& d) { return d.crashes(); }

struct property {
  std::string name;
  std::string sentence;
  finding (*check)(const history&) = nullptr;
  scope claimed = everywhere;
  std::vector<std::string> tags = {};
};

// The tag of what the documents behind a catalogue ask of a protocol.
inline constexpr const char* mission = "mission";

// Of the events `created` (by those who were told so) and `found` (by whoever looks at what is left, who
// may have to say `unreadable`), each with the name of what it is:

// As many are there in the end as were created.
property final_count();
// No two were told the same, nor is anything there twice. `name`: as the protocol calls it.
property no_double_allocation(const std::string& name);
// What somebody was told before a crash is there after it.
property acknowledged_durable();

// Of the events `saw` and `left`, each with a log as a JSON array: what an actor saw is the beginning of all that
// he saw later, and of what is left.
property log_append_only(scope claimed);

}  // namespace norn::kit
