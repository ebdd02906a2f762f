// Schedule: the list of choices that replays an execution, byte for byte. One step per event: which
// thread ran, and which of the alternatives that its operation offered.
//
// The kind and object of each step ride along as a check: when a replay meets another operation than
// the one it expects, the program under test is not deterministic (or is not the same program).
#pragma once

#include <cstdint>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn {

struct step {
  thread_id thread{};
  std::uint16_t alternative = 0;
  std::uint32_t check = 0;  // mixes kind and object; a low byte of 0 where unknown

  // Whether an operation can be the one that the step was recorded with. The low byte is all that a
  // token carries; the fingerprint of the whole finds what it lets through.
  bool fits(std::uint32_t came) const {
    return (check & 0xff) == 0 || (check & 0xff) == (came & 0xff);
  }

  friend bool operator==(const step&, const step&) = default;
};

using schedule = std::vector<step>;

}  // namespace norn
