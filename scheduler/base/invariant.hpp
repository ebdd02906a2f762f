// NORN_INVARIANT: what must hold inside Norn whatever the program under test does. It is compiled
// into every build; a failure is our own error (`internal error`, exit code 5), never a verdict.
#pragma once

namespace norn::engine {

// Prints `internal error` with what failed and where, then ends the process with exit code 5.
[[noreturn]] void invariant_failed(const char* condition, const char* file, int line);

}  // namespace norn::engine

#define NORN_INVARIANT(condition)     \
  ((condition) ? static_cast<void>(0) \
               : ::norn::engine::invariant_failed(#condition, __FILE__, __LINE__))
