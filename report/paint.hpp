// Paint: the few colours of a report (ECMA-48 SGR). Without colour a text stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace norn {

enum class paint { plain, good, bad, unsure, faint };

inline std::string painted(std::string_view text, paint how, bool color) {
  if (!color || how == paint::plain) return std::string(text);
  const std::string_view code = how == paint::good     ? "32"
                                : how == paint::bad    ? "1;31"
                                : how == paint::unsure ? "33"
                                                       : "2";
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace norn
