#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace norn::test {

// A new folder with a name that no other has, removed by the process that made it.
class temporary_folder {
 public:
  explicit temporary_folder(
      const std::filesystem::path& base = std::filesystem::temp_directory_path())
      : path_((base / "norn_test_XXXXXX").string()), maker_(::getpid()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp " + path_);
  }
  ~temporary_folder() {
    std::error_code left_alone;
    if (maker_ == ::getpid()) std::filesystem::remove_all(path_, left_alone);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  const std::string& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const {
    return std::filesystem::path(path_) / name;
  }

 private:
  std::string path_;
  pid_t maker_;
};

}  // namespace norn::test
