// Choose: data that the test leaves open. An exhaustive search tries every value.
#pragma once

#include <cstdint>

#include <norn/scheduler/base/source_location.hpp>

namespace norn {

// One of 0 … n-1. A scheduling point that commutes with everything. Requires: 1 ≤ n ≤ 65535;
// `valid_choice` is violated otherwise.
std::uint32_t choose(std::uint32_t n, source_location where = source_location::current());

}  // namespace norn
