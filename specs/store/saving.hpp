// Saving: how a version gets its place under the store's name.
#pragma once

#include <string>

#include <norn/model/io/file.hpp>
#include <norn/specs/store/versions.hpp>

namespace norn::store {

// Buggy: opens with O_TRUNC, then writes. Whoever reads in between sees an empty file.
struct in_place {
  static void save(const std::string& path, const std::string& text, versions& seen) {
    io::file out = io::file::open(path, O_WRONLY | O_CREAT | O_TRUNC).value();
    out.write_all(text).value();
    seen.committed(text);
    out.close().value();
  }
};

// Fixed: writes beside it, then renames. Whoever reads sees the old version or the new one.
struct by_rename {
  static void save(const std::string& path, const std::string& text, versions& seen) {
    const std::string beside = path + ".tmp";
    io::file out = io::file::open(beside, O_WRONLY | O_CREAT | O_TRUNC).value();
    out.write_all(text).value();
    out.fsync().value();
    out.close().value();
    io::rename(beside, path).value();
    seen.committed(text);
  }
};

}  // namespace norn::store
