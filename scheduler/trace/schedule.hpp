// Schedule: the list of choices that replays an execution, byte for byte. One step per event: which
// thread ran, and which of the alternatives that its operation offered.
//
// The kind and object of each step ride along as a check: when a replay meets another operation than
// the one it expects, the program under test is not deterministic (or is not the same program).
#pragma once

#include <cstdint>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

struct step {
  thread_id thread{};
  std::uint16_t alternative = 0;
  std::uint32_t check = 0;  // mixes kind and object; 0 where unknown

  // Whether an operation can be the one that the step was recorded with. A token carries no checks: a
  // step read from one fits whatever comes, and the fingerprint of the whole decides.
  bool fits(std::uint32_t came) const { return check == 0 || check == came; }

  friend bool operator==(const step&, const step&) = default;
};

using schedule = std::vector<step>;

}  // namespace norn::engine
