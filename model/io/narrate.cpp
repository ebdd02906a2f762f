#include <norn/model/io/narrate.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <cstring>

#include <fmt/format.h>

namespace norn::io {

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
  std::string text = "\"";
  for (const char c : bytes.substr(0, longest)) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n') {
      text += "\\n";
    } else if (code < 0x20 || code == 0x7f) {
      text += fmt::format("\\x{:02x}", code);
    } else {
      text += c;
    }
  }
  return text + (bytes.size() > longest ? "…\"" : "\"");
}

std::string size_name(std::uint64_t bytes) {
  return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
}

std::string descriptor_name(descriptor d, const open_file_description* to) {
  const std::string name = to == nullptr ? "" : to->file.name;
  if (!d.is_number()) return d.is_handle() ? name : "-1";
  return name.empty() ? std::to_string(d.number()) : fmt::format("{} {}", d.number(), name);
}

void add_change(narration& n, std::string_view text) {
  if (!n.changes.empty()) n.changes += "; ";
  n.changes += text;
}

}  // namespace norn::io
