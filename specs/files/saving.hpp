// Saving: how a version of a file gets its place under the file's name.
#pragma once

#include <functional>
#include <string>

#include <norn/specs/kit/system.hpp>

namespace norn::files {

struct saving {
  // Writes beside the file, then renames: whoever reads sees the old version or the new one. The name beside
  // it is always the same; two that save at once write into one file, and the second rename finds nothing
  // (ENOENT, which the caller gets). In place it is opened with O_TRUNC, then written: empty in between.
  bool by_rename = true;
  // Whether the new bytes are on the disk before the name means them, and the new name before the caller
  // is told.
  bool sync_file = true;
  bool sync_directory = true;
};
inline constexpr saving in_place{.by_rename = false};

// `committed` is called in the step that puts the version in its place.
io::result<void> save(
    kit::system& calls, const std::string& path, const std::string& text, const saving& how,
    const std::function<void()>& committed = [] {});

// The names in a directory are on the disk when this returns.
void sync_directory(kit::system& calls, const std::string& path);

// The directory of a path: `.` for a name alone.
std::string directory_of(const std::string& path);

}  // namespace norn::files
