// Fingerprint: the (thread, operation, object) sequence of an execution, in little room. Tells whether
// another execution did the same along a schedule and, where it did not, at which step they part.
//
// The sequence is hashed step by step. `whole` is the hash after the last step; `marks` are a byte of
// the hash after every step or, so that no schedule has more than 64 of them, after every second,
// third, ... A mark misses a difference once in 256 times; the next one finds it then.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <norn/scheduler/trace/schedule.hpp>

namespace norn::engine {

struct fingerprint {
  std::uint64_t whole = 0;
  std::vector<std::uint8_t> marks;

  // A default one was taken of nothing, and is not compared.
  bool exists() const { return whole != 0; }

  friend bool operator==(const fingerprint&, const fingerprint&) = default;
};

// Requires: the steps have their checks.
fingerprint fingerprint_of(const schedule& s);

// The steps from one mark to the next.
std::size_t steps_between_marks(std::size_t steps);
std::size_t marks_of(std::size_t steps);

// Steps counted from 1, both ends included.
struct step_range {
  std::size_t first = 0;
  std::size_t last = 0;

  friend bool operator==(const step_range&, const step_range&) = default;
};

// Where an execution leaves what was recorded of one of `steps` steps: among these steps is the first
// that differs. `came` may end early. Nothing where no mark, nor the whole, tells a difference.
std::optional<step_range> parting(const fingerprint& recorded, std::size_t steps,
                                  const schedule& came);

}  // namespace norn::engine
