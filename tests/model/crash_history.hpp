// Crash history: what a script of file operations may have left after a crash of the host, made by writing
// every combination down.
//
// It knows no more than the calls and that they succeeded, or failed to sync: for each name of each directory what it has been,
// for each file what it has held. From that the rules of file_crash_states.hpp and directory_crash_states.hpp are applied
// literally: every choice for every name, for every size and for every block, whether it can be reached or
// not.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <norn/model/io/directory_crash_states.hpp>

#include "crash_script.hpp"

namespace norn::io {

struct known_inode;

struct known_content {
  std::string bytes;
  bool by_write = false;
  std::size_t first = 0;  // of the bytes that the write wrote
  std::size_t end = 0;
};

struct known_inode {
  bool is_directory = false;
  std::map<std::string, known_inode*> now;  // entries
  std::map<std::string, std::vector<known_inode*>>
      entry_history;                              // posix: since it was last synced
  std::map<std::string, known_inode*> committed;  // ext4
  std::vector<known_content> held;                // ever
  // What an fsync has brought to the disk: no older size, nor an older state of a block, than that of this
  // content.
  std::size_t size_on_disk = 0;
  std::map<std::size_t, std::size_t> blocks_on_disk;
  std::size_t tried = 0;  // the newest content that an fsync has tried to bring there, well or not
  std::size_t records_then = 0;  // ext4: how many changes of names there were when it changed last
  std::size_t at_least = 0;      // of these, by a rename that is on the disk
};

struct entry_change {
  known_inode* in;
  std::string name;
  known_inode* to;
};

struct journal_record {
  std::vector<entry_change> changes;
  known_inode* data_first = nullptr;
  std::size_t held_then = 0;  // how many contents of that file there were
};

struct split_path {
  known_inode* in;
  std::string name;
};

class script_history {
 public:
  explicit script_history(storage kind) : kind_(kind) { root_ = make(true); }

  bool ordered() const { return kind_ != storage::posix; }
  void note(const script_call& c);
  void all_is_on_the_disk();
  std::set<std::string> trees() const;

 private:
  using entries = std::map<known_inode*, std::map<std::string, known_inode*>>;
  using contents_of_files = std::map<known_inode*, std::string>;

  known_inode* make(bool is_directory) {
    known_inode& fresh = inodes_.emplace_back();
    fresh.is_directory = is_directory;
    if (!is_directory) fresh.held.emplace_back();
    return &fresh;
  }
  split_path split(const std::string& path) {
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos) return {root_, path};
    return {root_->now.at(path.substr(0, slash)), path.substr(slash + 1)};
  }
  known_inode* at(const std::string& path) {
    if (path == "/") return root_;
    const auto [in, name] = split(path);
    const auto found = in->now.find(name);
    return found == in->now.end() ? nullptr : found->second;
  }
  void change_names(journal_record record);
  void open(const std::string& path, bool truncate);
  void rename(const std::string& from, const std::string& to);
  void hold(known_inode& file, known_content content);
  void commit(std::size_t records);
  void sync(known_inode& what);
  static void sync_data(known_inode& file);

  void trees_of_names(std::set<std::string>& found, const entries& names,
                      const std::map<known_inode*, std::size_t>& at_least) const;
  std::set<std::string> contents(const known_inode& file, std::size_t at_least) const;
  void trees_in_order(std::set<std::string>& found) const;
  void trees_by_name(std::set<std::string>& found) const;

  storage kind_;
  std::deque<known_inode> inodes_;
  known_inode* root_;
  std::vector<known_inode*> opened_;
  std::vector<journal_record> journal_;
  std::size_t committed_ = 0;  // records that have left it
};

// --- trees ---

// As text: a number for each file in the order of the walk, so that two names of one file show.
struct tree_text {
  std::string text;
  std::map<const void*, std::size_t> numbers;
};

template <class Tree, class Node>
void walk_tree(tree_text& to, const Tree& tree, const Node& at, const std::string& path) {
  for (const auto& [name, next] : tree.entries_of(at)) {
    const auto [place, fresh] = to.numbers.try_emplace(tree.identity(next), to.numbers.size());
    // A directory has one name: the first that the walk comes to.
    if (tree.is_directory(next) && !fresh) continue;
    to.text += path + name + " #" + std::to_string(place->second);
    to.text += tree.is_directory(next) ? " directory\n" : " " + tree.bytes_of(next) + "\n";
    if (tree.is_directory(next)) walk_tree(to, tree, next, path + name + "/");
  }
}

template <class Tree, class Node>
std::string text_of_tree(const Tree& tree, const Node& root) {
  tree_text text;
  text.numbers[tree.identity(root)] = 0;
  walk_tree(text, tree, root, "/");
  return text.text;
}

// A tree as the model has it, or as it was read from a disk.
std::string text_of_image(const image& tree);

}  // namespace norn::io
