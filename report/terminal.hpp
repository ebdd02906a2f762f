// Terminal: what the other end of a stream can show.
#pragma once

#include <cstddef>
#include <cstdio>

namespace norn {

bool is_terminal(std::FILE* stream);

// It is more than a printer: a line can be written over, and TERM is not "dumb".
bool moves_cursor(std::FILE* stream);

// In columns: of the terminal, or of COLUMNS, or 100. Never under 40.
std::size_t line_width(std::FILE* stream);

enum class color_mode { automatic, always, never };
// By itself only where the cursor moves, and unless NO_COLOR (no-color.org) is set.
bool wants_color(color_mode mode, std::FILE* stream);

}  // namespace norn
