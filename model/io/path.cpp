#include <norn/model/io/path.hpp>

#include <cerrno>

namespace norn::io {

int path_error(std::string_view path) {
  if (path.empty()) return ENOENT;
  if (path.find('\0') != std::string_view::npos) return EINVAL;
  if (path.size() > longest_path) return ENAMETOOLONG;
  return 0;
}

}  // namespace norn::io
