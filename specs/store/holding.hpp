// Holding: what a create holds from its first look at the file to its last write.
#pragma once

#include <sys/file.h>

#include <norn/model/io/file.hpp>

namespace norn::store {

inline constexpr const char* lock_path = "reviews.json.lock";

// Buggy: nothing.
struct nothing_held {};

// Fixed: flock(2) on a file beside the store, as python-filelock's FileLock takes it. The file stays:
// who unlinked it would let two in.
class file_lock {
 public:
  file_lock() { file_.flock(LOCK_EX).value(); }
  ~file_lock() { static_cast<void>(file_.flock(LOCK_UN)); }
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

 private:
  io::file file_ = io::file::open(lock_path, O_RDWR | O_CREAT).value();
};

}  // namespace norn::store
