// File system: the directories and files of one host, and what the system calls do to them. Each
// function is part of one step of the calling thread and records what it touches on the point that it
// is given, in the order of path_resolution(7) and of Linux's fs/namei.c, which decides which error
// comes first.
//
// A part of the host (host.hpp). Permissions and symbolic links are not modelled.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <norn/model/io/device.hpp>
#include <norn/model/io/directory.hpp>
#include <norn/model/io/directory_crash_states.hpp>
#include <norn/model/io/inode.hpp>
#include <norn/model/io/open_file_description.hpp>
#include <norn/model/io/regular_file.hpp>
#include <norn/model/io/result.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

struct file_status {
  inode_id id;
  file_type type;
  std::uint32_t mode;
  std::uint64_t size;  // 0 for directories
  std::int64_t links;  // 1 for directories that have a name
};

class file_system {
 public:
  // `named`: how many names each thread has given; kept from one boot of the host to the next.
  file_system(device& on, std::vector<std::uint32_t>& named);

  // From now on a crash of the host may come; all that is there is on the disk.
  void expect_crashes(storage kind);
  // The trees that a crash may leave, each once; that in which everything survives is the first. Nothing
  // where there are more than can be told apart in reasonable time. Without an access.
  std::optional<std::vector<image>> survivors() const;
  // Puts what survived into this one, which is new. Part of the crash.
  void restore(engine::point& p, const image& survived, storage kind);
  // What fsync(2) does to the disk; the caller has read the file or directory.
  void sync(engine::point& p, inode& what);

  // Whether a write may store fewer bytes than it was given: a choice, tried for every length.
  bool short_writes = false;

  // Locks taken through it are those of `locks`, given the inode; null: the inode's own.
  using lock_space = std::function<file_locks&(inode&)>;
  result<open_file_description*> open(engine::point& p, std::string_view path, int flags,
                                      std::uint32_t mode, const lock_space& locks);
  // Of a file that is open or was found (regular_file.hpp).
  void write(engine::point& p, regular_file& file, std::uint64_t offset, std::string_view bytes,
             std::size_t stored);
  void resize(engine::point& p, regular_file& file, std::uint64_t size);
  result<void> rename(engine::point& p, std::string_view from, std::string_view to);
  result<void> link(engine::point& p, std::string_view existing, std::string_view fresh);
  result<void> unlink(engine::point& p, std::string_view path);
  result<void> make_directory(engine::point& p, std::string_view path, std::uint32_t mode);
  result<void> remove_directory(engine::point& p, std::string_view path);
  result<std::vector<std::string>> list(engine::point& p, std::string_view path);
  result<inode*> find(engine::point& p, std::string_view path);
  static file_status status(engine::point& p, const inode& of);

  // Inside the predicate of `always`: what a path names, null when nothing. Observes what it passes.
  const inode* observe(std::string_view path) const;

 private:
  // Where a path's last component is to be looked up.
  struct place {
    enum class kind : std::uint8_t { name, dot, dot_dot, root };

    directory* parent;
    std::string_view name;
    kind is;
    bool ended_in_slash;
  };
  // The same, looked up: `found` is null when there is no such entry.
  struct entry : place {
    inode* found;
  };

  result<place> walk(engine::point& p, std::string_view path);
  result<inode*> step(engine::point& p, directory& in, std::string_view component);
  result<inode*> look_up(engine::point& p, const place& at);
  result<entry> entry_to_make(engine::point& p, std::string_view path, bool makes_directory);
  result<inode*> open_inode(engine::point& p, std::string_view path, int flags, std::uint32_t mode);
  result<inode*> open_or_create(engine::point& p, std::string_view path, int flags,
                                std::uint32_t mode);
  int why_not_replace(engine::point& p, const inode& moved, const inode* replaced);
  bool lies_within(engine::point& p, directory* start, const inode& ancestor);

  template <class T, class... Arguments>
  T& make(engine::point& p, Arguments&&... arguments);
  std::uint32_t next_name(engine::thread_id creator);

  template <class Change>
  void change(engine::point& p, regular_file& file, const Change& makes);
  void note_names(engine::point& p, std::initializer_list<name_change> changes,
                  regular_file* renamed_over = nullptr);
  void restore_entries(engine::point& p, const image& from, std::size_t at, directory& into,
                       std::vector<inode*>& made);

  device& disk_;
  std::vector<std::unique_ptr<inode>> inodes_;
  std::deque<open_file_description> descriptions_;
  std::vector<std::uint32_t>& named_by_thread_;
  directory root_;
  std::optional<directory_crash_states> crash_states_;
  engine::object journal_{"journal"};  // orders changes of names where they are committed in order
};

}  // namespace norn::io
