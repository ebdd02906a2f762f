#include <norn/scheduler/base/invariant.hpp>

#include <cstdio>
#include <cstdlib>

namespace norn::engine {

void invariant_failed(const char* condition, const char* file, int line) {
  std::fprintf(
      stderr,
      "internal error: %s does not hold (%s:%d)\n"
      "  this is a defect of Norn, not of the program under test; no verdict was reached.\n"
      "  please report it with the command and the check that led here.\n",
      condition, file, line);
  std::fflush(stderr);
  std::_Exit(5);
}

}  // namespace norn::engine
