// Verify: whether what takes long to check is checked, too.
#pragma once

namespace norn::engine {

#ifdef NDEBUG
constexpr bool verify = false;
#else
constexpr bool verify = true;
#endif

}  // namespace norn::engine
