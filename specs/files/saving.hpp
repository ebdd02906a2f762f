// Saving: how a version of a file gets its place under the file's name. `committed` is called in the
// step that puts it there.
#pragma once

#include <string>

#include <norn/specs/files/system.hpp>

namespace norn::files {

// Opens with O_TRUNC, then writes. Whoever reads in between sees an empty file.
template <class System>
struct in_place {
  template <class Committed>
  static io::result<void> save(const std::string& path, const std::string& text,
                               const Committed& committed) {
    auto out = System::file::open(path, O_WRONLY | O_CREAT | O_TRUNC).value();
    out.write_all(text).value();
    committed();
    return out.close();
  }
};

// What a save waits for: that the new bytes are on the disk before the name means them, and that the
// new name is before the caller is told.
struct synced {
  bool file = true;
  bool directory = true;
};

// The names in a directory are on the disk when this returns.
template <class System>
void sync_directory(const std::string& path) {
  auto directory = System::file::open(path, O_RDONLY | O_DIRECTORY).value();
  directory.fsync().value();
  directory.close().value();
}

// The directory of a path: `.` for a name alone.
inline std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Writes beside the file, then renames. Whoever reads sees the old version or the new one. The name
// beside it is always the same: two that save at once write into one file, and the second rename finds
// nothing (ENOENT, which the caller gets).
template <class System, synced Synced = synced{}>
struct by_rename {
  template <class Committed>
  static io::result<void> save(const std::string& path, const std::string& text,
                               const Committed& committed) {
    const std::string beside = path + ".tmp";
    auto out = System::file::open(beside, O_WRONLY | O_CREAT | O_TRUNC).value();
    out.write_all(text).value();
    if constexpr (Synced.file) out.fsync().value();
    out.close().value();
    const io::result<void> renamed = System::rename(beside, path);
    if (!renamed) return renamed;
    committed();
    if constexpr (Synced.directory) sync_directory<System>(directory_of(path));
    return {};
  }
};

}  // namespace norn::files
