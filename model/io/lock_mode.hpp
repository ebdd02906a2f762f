// Lock mode: what a lock on a file excludes.
#pragma once

#include <cstdint>

namespace norn::io {

enum class lock_mode : std::uint8_t { none, shared, exclusive };

}  // namespace norn::io
