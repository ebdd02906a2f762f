// Directory: names of inodes.
//
// Regions: an entry, there or not, is the key that its name hashes to (two names of one hash are
// merely taken to conflict); `..` has a key of its own; a listing reads every entry.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <norn/model/io/inode.hpp>

namespace norn::io {

class directory : public inode {
 public:
  // A root is its own parent.
  directory(inode_id named, std::uint32_t permissions, std::string_view called, directory* above)
      : inode(named, file_type::directory, permissions, called),
        parent_(above == nullptr ? this : above) {}

  // Null when there is no such entry.
  inode* find(engine::point& p, std::string_view entry) const;

  // Adds the entry, or puts another inode in its place.
  void set(engine::point& p, std::string_view entry, inode& to);
  void erase(engine::point& p, std::string_view entry);

  bool empty(engine::point& p) const;
  std::vector<std::string> list(engine::point& p) const;  // sorted

  directory& parent(engine::point& p) const;
  void set_parent(engine::point& p, directory& above);

  void read_whole(engine::point& p) const { p.read(state, {0, parent_key.last}); }

  // Without an access: for predicates, which observe the directory instead, and for crashes.
  inode* peek(std::string_view entry) const;
  const std::map<std::string, inode*, std::less<>>& entries() const { return entries_; }

 private:
  static constexpr std::uint64_t last_entry_key = (std::uint64_t{1} << 63) - 1;
  static constexpr engine::region all_entries = {0, last_entry_key};
  static constexpr engine::region parent_key = engine::region::key(std::uint64_t{1} << 63);

  static engine::region key_of(std::string_view entry);

  std::map<std::string, inode*, std::less<>> entries_;
  directory* parent_;
};

}  // namespace norn::io
