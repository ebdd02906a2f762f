#include <norn/specs/files/saving.hpp>

namespace norn::files {

io::result<void> save(kit::system& calls, const std::string& path, const std::string& text,
                      const saving& how, const std::function<void()>& committed) {
  const std::string written = how.by_rename ? path + ".tmp" : path;
  const auto out = calls.open(written, O_WRONLY | O_CREAT | O_TRUNC).value();
  out->write_all(text).value();
  if (!how.by_rename) {
    committed();
    return out->close();
  }
  if (how.sync_file) out->fsync().value();
  out->close().value();
  const io::result<void> renamed = calls.rename(written, path);
  if (!renamed) return renamed;
  committed();
  if (how.sync_directory) sync_directory(calls, directory_of(path));
  return {};
}

void sync_directory(kit::system& calls, const std::string& path) {
  const auto directory = calls.open(path, O_RDONLY | O_DIRECTORY).value();
  directory->fsync().value();
  directory->close().value();
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace norn::files
