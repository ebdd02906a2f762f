// Crash states of directories: which entries a file system may lose in a crash of its host, or bring
// back. Kept only where a crash may come.
//
// POSIX promises nothing for names of a directory that were changed after its last fsync. In the model each such
// name, independently of the others, is on the disk as it was before the first of its changes or after any one of
// them (ALICE, OSDI 2014, which found applications that rely on more). A rename is atomic for threads that look; a
// crash treats the new name and the old name as two names.
//
// ext4 commits changes of names in the order in which they were made, each change whole (jbd2, data=ordered). An
// fsync of a file commits the changes of names up to the last change of that file's content or names, and nothing
// where the file has not changed since (ext4_sync_file waits for the inode's own transaction). With auto_da_alloc,
// which is on by default, the data of a file that is renamed over another reaches the disk before the new name does
// (ext4(5)).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/model/io/directory.hpp>
#include <norn/model/io/file_crash_states.hpp>
#include <norn/model/io/outcome_choices.hpp>
#include <norn/model/io/regular_file.hpp>

namespace norn::io {

// What the file system of a host promises for what was not synced.
enum class storage : std::uint8_t {
  posix,                       // no more than POSIX.1-2017 does
  ext4,                        // data=ordered, as mounted by default
  ext4_without_auto_da_alloc,  // the same with noauto_da_alloc
};

// A tree of files, as a value.
struct image_node {
  bool is_directory = true;
  std::uint32_t mode = 0;
  std::string bytes;
  std::map<std::string, std::size_t> entries;  // name → its place among the nodes

  friend auto operator<=>(const image_node&, const image_node&) = default;
};
using image = std::vector<image_node>;  // the root first

struct name_change {
  directory* in;
  std::string_view name;  // as long as the operation lasts
  inode* to;              // null: there is no such name any more
};

class directory_crash_states {
 public:
  // All names below `root` are on the disk.
  directory_crash_states(storage kind, directory& root);

  bool ordered() const { return kind_ != storage::posix; }

  // One operation's changes. `renamed_over`: the file that was given another one's name.
  void note(std::initializer_list<name_change> changes, regular_file* renamed_over);
  // The content of a file has changed.
  void changed(const inode& file) { needs_[file.id] = committed_ + journal_.size(); }
  // An fsync of the file or directory.
  void sync(const inode& what);

  // One of the trees that a crash may leave; the first is that in which everything survives.
  image surviving(outcome_choices& choices) const;

 private:
  using names = std::map<std::string, inode*>;
  using tree = std::map<inode_id, names>;
  struct kept_change {
    inode_id in;
    std::string name;
    inode* to;
  };
  struct record {
    std::vector<kept_change> changes;
    regular_file* pinned = nullptr;
    version at_least = 0;
  };
  struct gathering;

  static void apply(tree& to, const kept_change& change);
  void commit(std::size_t records);
  void sync_names(inode_id in);
  void gather(gathering& g, const inode& from, std::size_t into) const;
  const inode* surviving_entry(gathering& g, inode_id in, const std::string& name) const;

  storage kind_;
  directory* root_;
  tree on_disk_;
  std::map<std::pair<inode_id, std::string>, std::vector<inode*>>
      since_;  // posix: values, newest last
  // ext4: what is not committed, how much is, and how much has to be for all that an inode has become.
  std::vector<record> journal_;
  std::size_t committed_ = 0;
  std::map<inode_id, std::size_t> needs_;
};

}  // namespace norn::io
