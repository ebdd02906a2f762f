#include "crash_history.hpp"

#include <algorithm>

namespace norn::io {

namespace {

constexpr std::size_t block_size = 4096;

std::string block_of(const std::string& bytes, std::size_t number) {
  std::string block =
      number * block_size < bytes.size() ? bytes.substr(number * block_size, block_size) : "";
  block.resize(block_size, '\0');
  return block;
}

// Whether this change has made the block dirty: it wrote to it, or left it with other bytes.
bool dirties(const known_content& before, const known_content& after, std::size_t block) {
  const bool written = after.first < (block + 1) * block_size && after.end > block * block_size;
  return written || block_of(before.bytes, block) != block_of(after.bytes, block);
}

}  // namespace

void script_history::change_names(journal_record record) {
  for (const entry_change& each : record.changes) {
    std::map<std::string, known_inode*>& now = each.in->now;
    std::vector<known_inode*>& past = each.in->entry_history[each.name];
    if (past.empty()) past.push_back(nullptr);
    past.push_back(each.to);
    now.erase(each.name);
    if (each.to != nullptr) now[each.name] = each.to;
  }
  journal_.push_back(std::move(record));
  for (const entry_change& each : journal_.back().changes) {
    each.in->records_then = committed_ + journal_.size();
    if (each.to != nullptr) each.to->records_then = committed_ + journal_.size();
  }
}

void script_history::hold(known_inode& file, known_content content) {
  file.held.push_back(std::move(content));
  file.records_then = committed_ + journal_.size();
}

void script_history::open(const std::string& path, bool truncate) {
  known_inode* file = at(path);
  if (file == nullptr) {
    file = make(false);
    const auto [in, name] = split(path);
    change_names({{{in, name, file}}});
  }
  opened_.push_back(file);
  if (truncate && !file->held.back().bytes.empty()) hold(*file, {""});
}

void script_history::rename(const std::string& from, const std::string& to) {
  known_inode* const moved = at(from);
  known_inode* const replaced = at(to);
  if (moved == replaced) return;
  const split_path source = split(from);
  const split_path target = split(to);
  journal_record record{{{target.in, target.name, moved}, {source.in, source.name, nullptr}}};
  if (replaced != nullptr && !moved->is_directory && kind_ == storage::ext4) {
    record.data_first = moved;
    record.held_then = moved->held.size() - 1;
  }
  change_names(std::move(record));
}

// What the call did.
void script_history::note(const script_call& c) {
  switch (c.kind) {
    case call_kind::open_file:
    case call_kind::open_truncated:
      return open(c.path, c.kind == call_kind::open_truncated);
    case call_kind::write_bytes: {
      known_inode& file = *opened_[opened_.size() - 1 - c.opened];
      std::string bytes = file.held.back().bytes;
      bytes.resize(std::max(bytes.size(), c.number + c.bytes.size()), '\0');
      bytes.replace(c.number, c.bytes.size(), c.bytes);
      return hold(file, {bytes, true, c.number, c.number + c.bytes.size()});
    }
    case call_kind::truncate_to: {
      known_inode& file = *opened_[opened_.size() - 1 - c.opened];
      std::string bytes = file.held.back().bytes;
      if (bytes.size() == c.number) return;
      bytes.resize(c.number, '\0');
      return hold(file, {bytes});
    }
    case call_kind::sync_file:
    case call_kind::sync_directory: {
      known_inode& what = c.kind == call_kind::sync_directory
                              ? *at(c.path)
                              : *opened_[opened_.size() - 1 - c.opened];
      if (!c.fails) return sync(what);
      // Nothing is on the disk for sure, and nothing is left to be written by the next one.
      if (!what.is_directory) what.tried = what.held.size() - 1;
      return;
    }
    case call_kind::rename_to:
      return rename(c.path, c.path2);
    case call_kind::link_to: {
      const split_path place = split(c.path2);
      return change_names({{{place.in, place.name, at(c.path)}}});
    }
    case call_kind::unlink_name:
    case call_kind::remove_directory: {
      const split_path place = split(c.path);
      return change_names({{{place.in, place.name, nullptr}}});
    }
    case call_kind::make_directory: {
      const split_path place = split(c.path);
      return change_names({{{place.in, place.name, make(true)}}});
    }
  }
}

// The first so many of all that there ever were.
void script_history::commit(std::size_t records) {
  for (; committed_ < records; ++committed_, journal_.erase(journal_.begin())) {
    const journal_record& record = journal_.front();
    for (const entry_change& each : record.changes) {
      each.in->committed.erase(each.name);
      if (each.to != nullptr) each.in->committed[each.name] = each.to;
    }
    if (record.data_first != nullptr) {
      std::size_t& least = record.data_first->at_least;
      least = std::max(least, record.held_then);
    }
  }
}

// Posix: this file's data, or this directory's names. ext4: that, and what came before its last change.
void script_history::sync(known_inode& what) {
  if (ordered()) commit(what.records_then);
  if (what.is_directory) {
    for (auto& entry : what.entry_history) entry.second = {entry.second.back()};
    return;
  }
  sync_data(what);
}

// What is dirty: changed since the last attempt. What that one failed on stays as uncertain as it is.
void script_history::sync_data(known_inode& file) {
  const std::size_t newest = file.held.size() - 1;
  for (std::size_t v = file.tried + 1; v <= newest; ++v) {
    const known_content& before = file.held[v - 1];
    const known_content& after = file.held[v];
    const std::size_t bytes = std::max(before.bytes.size(), after.bytes.size());
    for (std::size_t b = 0; b * block_size < bytes; ++b) {
      if (dirties(before, after, b)) file.blocks_on_disk[b] = newest;
    }
    if (before.bytes.size() != after.bytes.size()) file.size_on_disk = newest;
  }
  file.tried = newest;
}

void script_history::all_is_on_the_disk() {
  commit(committed_ + journal_.size());
  for (known_inode& each : inodes_) sync(each);
}

// --- every combination ---

namespace {

// Calls `with` for every vector whose element i is below limits[i].
template <class Function>
void for_every_combination(const std::vector<std::size_t>& limits, const Function& with) {
  std::vector<std::size_t> chosen(limits.size(), 0);
  for (;;) {
    with(chosen);
    std::size_t i = 0;
    while (i < limits.size() && ++chosen[i] == limits[i]) chosen[i++] = 0;
    if (i == limits.size()) return;
  }
}

bool has_block(const known_content& c, std::size_t number) {
  return c.bytes.size() > number * block_size;
}

// Whether data=ordered keeps a size that came with change `sized` from the disk while a block is only as after
// change `held`: the block has been there ever since some change `brought` and was not there before, both the
// size and the block came by a write, and the block is as it was before that.
bool kept_back(const std::vector<known_content>& all, std::size_t sized, std::size_t block,
               std::size_t held) {
  if (!all[sized].by_write) return false;
  for (std::size_t brought = held + 1; brought <= sized; ++brought) {
    bool there_since = !has_block(all[brought - 1], block);
    for (std::size_t v = brought; v <= sized; ++v)
      there_since = there_since && has_block(all[v], block);
    if (there_since && all[brought].by_write) return true;
  }
  return false;
}

// The sizes that a change may leave: its own, and where a write adds several blocks, those at borders.
std::vector<std::size_t> sizes_of(const std::vector<known_content>& all, std::size_t v,
                                  std::size_t oldest) {
  std::vector<std::size_t> sizes = {all[v].bytes.size()};
  if (v == oldest || !all[v].by_write) return sizes;
  for (std::size_t cut = block_size; cut < all[v].bytes.size(); cut += block_size) {
    if (cut > all[v - 1].bytes.size()) sizes.push_back(cut);
  }
  return sizes;
}

}  // namespace

std::set<std::string> script_history::contents(const known_inode& file,
                                               std::size_t at_least) const {
  std::set<std::string> found;
  const std::size_t least = std::max(at_least, file.at_least);
  const std::size_t oldest_size = std::max(least, file.size_on_disk);
  const auto oldest_of = [&](std::size_t block) {
    const auto synced = file.blocks_on_disk.find(block);
    return synced == file.blocks_on_disk.end() ? least : std::max(least, synced->second);
  };
  for (std::size_t sized = oldest_size; sized < file.held.size(); ++sized) {
    for (const std::size_t size : sizes_of(file.held, sized, oldest_size)) {
      std::vector<std::size_t> limits;
      for (std::size_t b = 0; b * block_size < size; ++b) {
        limits.push_back(file.held.size() - oldest_of(b));
      }
      for_every_combination(limits, [&](const std::vector<std::size_t>& versions) {
        std::string bytes;
        for (std::size_t b = 0; b < versions.size(); ++b) {
          const std::size_t held = oldest_of(b) + versions[b];
          if (ordered() && kept_back(file.held, sized, b, held)) return;
          bytes += block_of(file.held[held].bytes, b);
        }
        bytes.resize(size);
        found.insert(bytes);
      });
    }
  }
  return found;
}

namespace {

struct history_tree {
  const std::map<known_inode*, std::map<std::string, known_inode*>>& names;
  const std::map<known_inode*, std::string>& bytes;

  std::map<std::string, known_inode*> entries_of(known_inode* at) const {
    const auto found = names.find(at);
    return found == names.end() ? std::map<std::string, known_inode*>() : found->second;
  }
  bool is_directory(known_inode* at) const { return at->is_directory; }
  const void* identity(known_inode* at) const { return at; }
  const std::string& bytes_of(known_inode* at) const { return bytes.at(at); }
};

}  // namespace

void script_history::trees_of_names(std::set<std::string>& found, const entries& names,
                                    const std::map<known_inode*, std::size_t>& at_least) const {
  std::vector<known_inode*> files;
  std::vector<std::vector<std::string>> choices;
  std::vector<std::size_t> limits;
  for (const auto& directory : names) {
    for (const auto& entry : directory.second) {
      known_inode* const to = entry.second;
      if (to->is_directory || std::find(files.begin(), files.end(), to) != files.end()) continue;
      const auto least = at_least.find(to);
      const std::set<std::string> all = contents(*to, least == at_least.end() ? 0 : least->second);
      files.push_back(to);
      choices.emplace_back(all.begin(), all.end());
      limits.push_back(all.size());
    }
  }
  for_every_combination(limits, [&](const std::vector<std::size_t>& chosen) {
    contents_of_files bytes;
    for (std::size_t i = 0; i < files.size(); ++i) bytes[files[i]] = choices[i][chosen[i]];
    found.insert(text_of_tree(history_tree{names, bytes}, root_));
  });
}

// ext4: after each number of the changes of names.
void script_history::trees_in_order(std::set<std::string>& found) const {
  entries names;
  std::map<known_inode*, std::size_t> at_least;
  for (const known_inode& each : inodes_) names[const_cast<known_inode*>(&each)] = each.committed;
  trees_of_names(found, names, at_least);
  for (const journal_record& record : journal_) {
    for (const entry_change& each : record.changes) {
      names[each.in].erase(each.name);
      if (each.to != nullptr) names[each.in][each.name] = each.to;
    }
    if (record.data_first != nullptr) {
      std::size_t& least = at_least[record.data_first];
      least = std::max(least, record.held_then);
    }
    trees_of_names(found, names, at_least);
  }
}

// Posix: each name of each directory by itself.
void script_history::trees_by_name(std::set<std::string>& found) const {
  struct known_name {
    known_inode* in;
    std::string name;
    const std::vector<known_inode*>* past;
  };
  std::vector<known_name> all;
  std::vector<std::size_t> limits;
  for (const known_inode& each : inodes_) {
    for (const auto& [name, past] : each.entry_history) {
      all.push_back({const_cast<known_inode*>(&each), name, &past});
      limits.push_back(past.size());
    }
  }
  for_every_combination(limits, [&](const std::vector<std::size_t>& chosen) {
    entries names;
    for (std::size_t i = 0; i < all.size(); ++i) {
      known_inode* const to = (*all[i].past)[chosen[i]];
      if (to != nullptr) names[all[i].in][all[i].name] = to;
    }
    trees_of_names(found, names, {});
  });
}

std::set<std::string> script_history::trees() const {
  std::set<std::string> found;
  if (ordered()) {
    trees_in_order(found);
  } else {
    trees_by_name(found);
  }
  return found;
}

namespace {

struct model_tree {
  const image& nodes;

  const auto& entries_of(std::size_t at) const { return nodes[at].entries; }
  bool is_directory(std::size_t at) const { return nodes[at].is_directory; }
  const void* identity(std::size_t at) const { return &nodes[at]; }
  const std::string& bytes_of(std::size_t at) const { return nodes[at].bytes; }
};

}  // namespace

std::string text_of_image(const image& tree) {
  return text_of_tree(model_tree{tree}, std::size_t{0});
}

}  // namespace norn::io
