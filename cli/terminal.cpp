#include <norn/cli/terminal.hpp>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <norn/cli/exit_code.hpp>
#include <norn/cli/settings.hpp>
#include <norn/report/display.hpp>

namespace norn {

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

std::size_t line_width(std::FILE* stream) {
  constexpr std::size_t narrowest = 40;
  constexpr std::size_t usual = 100;
  winsize size{};
  if (is_terminal(stream) && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::max<std::size_t>(size.ws_col, narrowest);
  }
  const std::string columns = from_environment("COLUMNS").value_or("");
  const unsigned long said = std::strtoul(columns.c_str(), nullptr, 10);
  return said == 0 ? usual : std::clamp<std::size_t>(said, narrowest, 1000);
}

color_mode color_mode_named(const std::string& name, const std::string& source) {
  if (name == "auto") return color_mode::automatic;
  if (name == "always") return color_mode::always;
  if (name == "never") return color_mode::never;
  throw bad_input(fmt::format("{} takes auto, always or never, not `{}`", source, printable(name)));
}

bool wants_color(color_mode mode, std::FILE* stream) {
  if (mode != color_mode::automatic) return mode == color_mode::always;
  const bool dumb = from_environment("TERM").value_or("dumb") == "dumb";
  return is_terminal(stream) && !dumb && !from_environment("NO_COLOR");
}

}  // namespace norn
