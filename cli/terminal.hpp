// Terminal: what the other end of a stream can show.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace norn {

bool is_terminal(std::FILE* stream);

// In columns: of the terminal, or of COLUMNS, or 100. Never under 40.
std::size_t line_width(std::FILE* stream);

enum class color_mode { automatic, always, never };
// Throws bad_input for a text other than auto, always, never. `source`: how it was said.
color_mode color_mode_named(const std::string& name, const std::string& source);
// By itself only on a terminal that is not dumb, and unless NO_COLOR (no-color.org) is set.
bool wants_color(color_mode mode, std::FILE* stream);

}  // namespace norn
