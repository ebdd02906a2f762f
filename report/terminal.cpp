#include <norn/report/terminal.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace norn {

namespace {

// Empty where it is unset.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

bool moves_cursor(std::FILE* stream) {
  const std::string kind = variable("TERM");
  return is_terminal(stream) && !kind.empty() && kind != "dumb";
}

std::size_t line_width(std::FILE* stream) {
  constexpr std::size_t narrowest = 40;
  constexpr std::size_t usual = 100;
  winsize size{};
  if (is_terminal(stream) && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::max<std::size_t>(size.ws_col, narrowest);
  }
  const std::string columns = variable("COLUMNS");
  const unsigned long said = std::strtoul(columns.c_str(), nullptr, 10);
  return said == 0 ? usual : std::clamp<std::size_t>(said, narrowest, 1000);
}

bool wants_color(color_mode mode, std::FILE* stream) {
  if (mode != color_mode::automatic) return mode == color_mode::always;
  return moves_cursor(stream) && variable("NO_COLOR").empty();
}

}  // namespace norn
