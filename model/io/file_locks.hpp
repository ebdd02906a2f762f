// File locks: all that is locked of one inode, by flock(2) and by fcntl(2). The two know nothing of one
// another, as on a local file system of Linux.
#pragma once

#include <string_view>

#include <norn/model/io/flock_table.hpp>
#include <norn/model/io/record_lock_table.hpp>

namespace norn::io {

struct file_locks {
  explicit file_locks(std::string_view label = "file") : flocks(label), record_locks(label) {}

  flock_table flocks;
  record_lock_table record_locks;
};

}  // namespace norn::io
