#include <norn/model/io/narrate.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace norn::io {

using namespace engine;

namespace {

struct named_bit {
  int bit;
  const char* name;
};

std::string join_bits(std::string text, int value, std::initializer_list<named_bit> bits) {
  for (const named_bit& each : bits) {
    if ((value & each.bit) == each.bit) text += std::string("|") + each.name;
  }
  return text;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The last place up to `at` where no UTF-8 sequence is taken apart.
std::size_t boundary(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  while (at > 0 && continues_character(text[at])) --at;
  return at;
}

std::string escaped(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n') {
      text += "\\n";
    } else if (code < 0x20 || code == 0x7f) {
      text += fmt::format("\\x{:02x}", code);
    } else {
      text += c;
    }
  }
  return text;
}

// Escaped, without its middle where it is too long.
std::string shortened(std::string_view bytes, std::size_t longest) {
  if (bytes.size() <= longest) return escaped(bytes);
  const std::size_t head = boundary(bytes, longest * 2 / 3);
  const std::size_t tail = boundary(bytes, bytes.size() - longest / 3);
  return escaped(bytes.substr(0, head)) + "…" + escaped(bytes.substr(tail));
}

std::size_t common_beginning(std::string_view a, std::string_view b) {
  const auto [end, unused] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end - a.begin());
}

std::size_t common_end(std::string_view a, std::string_view b) {
  const auto [end, unused] = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  return static_cast<std::size_t>(end - a.rbegin());
}

// Of what two texts have in common, a little stays for the reader to know where they differ.
std::size_t left_out(std::size_t common) {
  constexpr std::size_t context = 6;
  return common > context + 1 ? common - context : 0;
}

}  // namespace

std::string error_name(int error) {
  const char* const name = strerrorname_np(error);
  return name == nullptr ? fmt::format("error {}", error) : name;
}

std::string open_flags_name(int flags) {
  const int access = flags & O_ACCMODE;
  const char* const name = access == O_RDONLY   ? "O_RDONLY"
                           : access == O_WRONLY ? "O_WRONLY"
                                                : "O_RDWR";
  return join_bits(name, flags,
                   {{O_CREAT, "O_CREAT"},
                    {O_EXCL, "O_EXCL"},
                    {O_TRUNC, "O_TRUNC"},
                    {O_APPEND, "O_APPEND"},
                    {O_DIRECTORY, "O_DIRECTORY"}});
}

std::string flock_operation_name(int operation) {
  const int what = operation & ~LOCK_NB;
  const char* const name = what == LOCK_SH   ? "LOCK_SH"
                           : what == LOCK_EX ? "LOCK_EX"
                           : what == LOCK_UN ? "LOCK_UN"
                                             : "?";
  return join_bits(name, operation, {{LOCK_NB, "LOCK_NB"}});
}

std::string shown_bytes(std::string_view bytes) {
  constexpr std::size_t longest = 60;
  const std::string_view head = bytes.substr(0, boundary(bytes, longest));
  return "\"" + escaped(head) + (head.size() < bytes.size() ? "…\"" : "\"");
}

std::string difference(std::string_view before, std::string_view after) {
  if (before == after) return shown_bytes(after) + ", rewritten as it was";
  constexpr std::size_t longest = 44;  // of both together
  bool begins_later = false;
  bool ends_earlier = false;
  if (before.size() + after.size() > longest) {
    const std::size_t begin = boundary(before, left_out(common_beginning(before, after)));
    begins_later = begin > 0;
    before.remove_prefix(begin);
    after.remove_prefix(begin);
    const std::size_t from = boundary(before, before.size() - left_out(common_end(before, after)));
    const std::size_t end = before.size() - from;
    ends_earlier = end > 0;
    before.remove_suffix(end);
    after.remove_suffix(end);
  }
  const auto shown = [&](std::string_view side, std::string_view other) {
    const std::size_t room = longest - std::min(other.size(), longest / 2);
    return fmt::format("\"{}{}{}\"", begins_later ? "…" : "", shortened(side, room),
                       ends_earlier ? "…" : "");
  };
  return shown(before, after) + " → " + shown(after, before);
}

std::string lock_mode_name(lock_mode mode) { return mode == lock_mode::shared ? "shared" : ""; }

std::string size_name(std::uint64_t bytes) {
  return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
}

}  // namespace norn::io
