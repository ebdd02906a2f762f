#include <norn/report/display.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace norn {

namespace {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// How many bytes a sequence that begins with this one has; 0 where none begins with it.
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  if (first >= 0xf0 && first < 0xf5) return 4;
  return 0;
}

bool is_scalar(char32_t value, std::size_t bytes) {
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  return value >= smallest[bytes] && value <= 0x10ffff && !surrogate;
}

// The first code point of the text; one invalid byte where the text is not UTF-8.
code_point first_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(first);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {first, 1, true};
  auto value = static_cast<char32_t>(first & (0x7f >> length));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    value = (value << 6) | (next & 0x3f);
  }
  if (!is_scalar(value, length)) return {};
  return {value, length, true};
}

struct range {
  char32_t first;
  char32_t last;
};

bool within(const range* begin, const range* end, char32_t value) {
  return std::any_of(begin, end,
                     [&](const range& r) { return value >= r.first && value <= r.last; });
}

constexpr std::array combining{
    range{0x0300, 0x036f}, range{0x0483, 0x0489}, range{0x0591, 0x05bd},   range{0x064b, 0x065f},
    range{0x1ab0, 0x1aff}, range{0x1dc0, 0x1dff}, range{0x200b, 0x200f},   range{0x20d0, 0x20ff},
    range{0xfe00, 0xfe0f}, range{0xfe20, 0xfe2f}, range{0xe0100, 0xe01ef},
};

constexpr std::array wide{
    range{0x1100, 0x115f},   range{0x2e80, 0x303e},   range{0x3041, 0x33ff},
    range{0x3400, 0x4dbf},   range{0x4e00, 0x9fff},   range{0xa000, 0xa4cf},
    range{0xac00, 0xd7a3},   range{0xf900, 0xfaff},   range{0xfe30, 0xfe4f},
    range{0xff00, 0xff60},   range{0xffe0, 0xffe6},   range{0x1f300, 0x1f64f},
    range{0x1f900, 0x1f9ff}, range{0x20000, 0x3fffd},
};

std::size_t width_of(char32_t value) {
  if (value < 0x0300) return 1;
  if (within(combining.data(), combining.data() + combining.size(), value)) return 0;
  return within(wide.data(), wide.data() + wide.size(), value) ? 2 : 1;
}

// The longest prefix that fits, whole code points only. At least one of them, or a loop over the
// rest would not end.
std::size_t fitting_prefix(std::string_view text, std::size_t width) {
  std::size_t taken = 0;
  std::size_t columns = 0;
  while (taken < text.size()) {
    const code_point next = first_of(text.substr(taken));
    columns += width_of(next.value);
    if (columns > width && taken > 0) break;
    taken += next.bytes;
  }
  return taken;
}

// The last space up to `end` at which a line may end: what an arrow leads to stays with it.
std::size_t last_break(std::string_view text, std::size_t end) {
  constexpr std::string_view arrow = " →";
  const std::size_t space = text.rfind(' ', end);
  if (space == std::string_view::npos || space < arrow.size()) return space;
  const std::size_t before = space - arrow.size();
  return text.substr(before, arrow.size()) == arrow ? before : space;
}

std::string escaped(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
}

bool is_control(char32_t value) { return value < 0x20 || (value >= 0x7f && value < 0xa0); }

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const code_point next = first_of(text);
    columns += width_of(next.value);
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t columns = display_width(text);
  return std::string(text) + std::string(width > columns ? width - columns : 0, ' ');
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (display_width(text) > width) {
    std::size_t cut = fitting_prefix(text, width);
    std::size_t next = cut;
    const std::size_t space = last_break(text, cut);
    if (space != std::string_view::npos && space > 0) {
      cut = space;
      next = space + 1;
    }
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(next);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const code_point next = first_of(text);
    const std::string_view bytes = text.substr(0, next.bytes);
    if (next.valid && !is_control(next.value)) {
      shown += bytes;
    } else {
      for (const char c : bytes) shown += escaped(c);
    }
    text.remove_prefix(next.bytes);
  }
  return shown;
}

std::vector<std::string> printable_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.push_back(printable(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace norn
