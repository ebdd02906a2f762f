// Display: how many columns of a terminal a text takes, and texts made to fit them. Texts are UTF-8;
// what is not is shown byte by byte.
//
// The widths are those of Unicode's East Asian Width and of combining marks, in the ranges that
// identifiers and messages are written in; no locale is asked, so that a report is the same anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace norn {

// In columns. Requires: no control characters (`printable`).
std::size_t display_width(std::string_view text);

// Padded with spaces to the width; longer texts stay as they are.
std::string padded(std::string_view text, std::size_t width);

// The text in lines of at most that width, broken at spaces where there are any, but not behind an arrow.
// At least one line.
// Requires: width ≥ 2.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// Control characters are written out as C does (`\n`, `\x1b`), and so are bytes that are not UTF-8:
// what a program under test hands us must neither move the cursor nor colour the terminal.
std::string printable(std::string_view text);

// The lines of a text, each printable.
std::vector<std::string> printable_lines(std::string_view text);

}  // namespace norn
