// Inode: a file apart from its names. Regular files and directories.
//
// An inode is one object to the scheduler, its parts are regions of it: the derived types say which.
// It lives until the execution ends, so that what was unlinked or replaced stays readable through
// descriptors, as POSIX has it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <norn/model/io/file_locks.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

// Logical: by the thread that made the inode, so the same in every interleaving. Unlike those of a
// disk, never used again.
enum class inode_id : std::uint64_t {};

enum class file_type : std::uint8_t { regular, directory };

class inode {
 public:
  inode(inode_id named, file_type is, std::uint32_t permissions, std::string_view called)
      : id(named),
        type(is),
        mode(permissions),
        name(called),
        state(is == file_type::regular ? "file" : "directory", called),
        locks(called) {}
  virtual ~inode() = default;
  inode(const inode&) = delete;
  inode& operator=(const inode&) = delete;

  bool is_directory() const { return type == file_type::directory; }

  // The number of names. Adding and removing a name look at nothing, so they commute.
  void add_link(engine::point& p) { count_links(p, 1); }
  void remove_link(engine::point& p) { count_links(p, -1); }
  std::int64_t links(engine::point& p) const {
    p.read(state, link_count);
    return links_;
  }

  // Whether a process has asked for a record lock. Keys of files and directories lie below.
  static constexpr engine::region record_lock_key(process_id by) {
    return engine::region::key(UINT64_MAX - 1 - engine::index_of(by));
  }

  const inode_id id;
  const file_type type;
  const std::uint32_t mode;  // permission bits; kept, not enforced
  std::string name;          // the last component it was last known by; for the reader only
  engine::object state;
  file_locks locks;

 private:
  static constexpr engine::region link_count = engine::region::key(UINT64_MAX);
  static constexpr std::uint8_t counting = 1;

  void count_links(engine::point& p, int by) {
    p.update(state, counting, link_count);
    links_ += by;
  }

  std::int64_t links_ = 0;
};

}  // namespace norn::io
