#include <norn/model/io/directory.hpp>

namespace norn::io {

using namespace engine;

region directory::key_of(std::string_view entry) {
  return region::key(hash_of_name(entry) & last_entry_key);
}

inode* directory::find(point& p, std::string_view entry) const {
  p.read(state, key_of(entry));
  return peek(entry);
}

void directory::set(point& p, std::string_view entry, inode& to) {
  p.write(state, key_of(entry));
  const auto place = entries_.lower_bound(entry);
  if (place != entries_.end() && place->first == entry) {
    place->second = &to;
  } else {
    entries_.emplace_hint(place, entry, &to);
  }
  to.name = entry;
}

void directory::erase(point& p, std::string_view entry) {
  p.write(state, key_of(entry));
  entries_.erase(entries_.find(entry));
}

bool directory::empty(point& p) const {
  p.read(state, all_entries);
  return entries_.empty();
}

std::vector<std::string> directory::list(point& p) const {
  p.read(state, all_entries);
  std::vector<std::string> names;
  for (const auto& each : entries_) names.push_back(each.first);
  return names;
}

directory& directory::parent(point& p) const {
  p.read(state, parent_key);
  return *parent_;
}

void directory::set_parent(point& p, directory& above) {
  p.write(state, parent_key);
  parent_ = &above;
}

inode* directory::peek(std::string_view entry) const {
  const auto found = entries_.find(entry);
  return found == entries_.end() ? nullptr : found->second;
}

}  // namespace norn::io
