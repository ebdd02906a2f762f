// Path: a file name as the kernel reads it (path_resolution(7)): components between slashes. There
// is no current directory: relative paths start at the root.
#pragma once

#include <cstddef>
#include <string_view>

namespace norn::io {

inline constexpr std::size_t longest_name = 255;   // NAME_MAX
inline constexpr std::size_t longest_path = 4095;  // PATH_MAX without the final NUL

// Reads components off the front. Empty and repeated slashes separate like one.
class path_reader {
 public:
  explicit path_reader(std::string_view path) : rest_(path) { skip_slashes(); }

  // True when the next component is the last one, or there is none (the path of the root).
  bool at_last() const {
    const std::size_t slash = rest_.find('/');
    return slash == std::string_view::npos ||
           rest_.find_first_not_of('/', slash) == std::string_view::npos;
  }

  std::string_view next() {
    const std::string_view component = rest_.substr(0, rest_.find('/'));
    rest_.remove_prefix(component.size());
    ended_in_slash_ = !rest_.empty();
    skip_slashes();
    return component;
  }

  // Whether slashes followed the component read last.
  bool ended_in_slash() const { return ended_in_slash_; }

 private:
  void skip_slashes() {
    while (!rest_.empty() && rest_.front() == '/') rest_.remove_prefix(1);
  }

  std::string_view rest_;
  bool ended_in_slash_ = false;
};

// 0, or why the text is no path at all: ENOENT, ENAMETOOLONG, and EINVAL for a NUL inside, which no
// system call can express.
int path_error(std::string_view path);

}  // namespace norn::io
