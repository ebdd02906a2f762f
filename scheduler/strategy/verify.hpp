// Verify: whether checks that take long are made, too. What is settled is held against the canonical test, and each
// execution against its item.
#pragma once

namespace norn::engine {

#ifdef NDEBUG
inline constexpr bool verify = false;
#else
inline constexpr bool verify = true;
#endif

}  // namespace norn::engine
