// Where in the program under test an operation stands. clang 14 has no std::source_location, so the
// compiler's builtins are used as default arguments instead.
#pragma once

namespace norn {

struct source_location {
  const char* file = "";
  int line = 0;

  static constexpr source_location current(const char* file = __builtin_FILE(),
                                           int line = __builtin_LINE()) {
    return source_location{file, line};
  }
};

}  // namespace norn
