#include <norn/cli/input.hpp>

#include <cerrno>
#include <fstream>
#include <sstream>

namespace norn {

std::optional<std::string> content_of(const std::string& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  // Nothing to read would count as a failure of the output.
  if (in && in.peek() != std::ifstream::traits_type::eof()) content << in.rdbuf();
  // A folder opens, and cannot be read.
  if (!in || in.bad() || content.fail()) return std::nullopt;
  return content.str();
}

}  // namespace norn
