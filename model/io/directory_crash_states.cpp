#include <norn/model/io/directory_crash_states.hpp>

#include <algorithm>
#include <set>

namespace norn::io {

// A tree while it is put together.
struct directory_crash_states::gathering {
  outcome_choices& choices;
  tree names;  // on the disk, with what was committed in order
  std::map<inode_id, version> at_least;
  std::map<inode_id, std::size_t> placed;
  image made;
};

directory_crash_states::directory_crash_states(storage kind, directory& root)
    : kind_(kind), root_(&root) {
  std::vector<const directory*> to_do{&root};
  while (!to_do.empty()) {
    const directory* const d = to_do.back();
    to_do.pop_back();
    names& known = on_disk_[d->id];
    for (const auto& [name, to] : d->entries()) {
      known.emplace(name, to);
      if (to->is_directory()) to_do.push_back(static_cast<const directory*>(to));
    }
  }
}

void directory_crash_states::apply(tree& to, const kept_change& change) {
  names& entries = to[change.in];
  if (change.to == nullptr) {
    entries.erase(change.name);
  } else {
    entries[change.name] = change.to;
  }
}

void directory_crash_states::note(std::initializer_list<name_change> changes,
                                  regular_file* renamed_over) {
  if (ordered()) {
    record& added = journal_.emplace_back();
    for (const name_change& each : changes) {
      added.changes.push_back({each.in->id, std::string(each.name), each.to});
    }
    if (kind_ == storage::ext4 && renamed_over != nullptr) {
      added.pinned = renamed_over;
      added.at_least = renamed_over->newest_version();
    }
    for (const name_change& each : changes) {
      changed(*each.in);
      if (each.to != nullptr) changed(*each.to);
    }
    return;
  }
  for (const name_change& each : changes) {
    const auto [place, fresh] = since_.try_emplace({each.in->id, std::string(each.name)});
    if (fresh) {
      const names& entries = on_disk_[each.in->id];
      const auto known = entries.find(place->first.second);
      place->second.push_back(known == entries.end() ? nullptr : known->second);
    }
    place->second.push_back(each.to);
  }
}

void directory_crash_states::sync(const inode& what) {
  const auto needs = needs_.find(what.id);
  if (needs != needs_.end()) commit(needs->second);
  if (what.is_directory()) sync_names(what.id);
}

void directory_crash_states::sync_names(inode_id in) {
  for (auto place = since_.begin(); place != since_.end();) {
    if (place->first.first != in) {
      ++place;
      continue;
    }
    names& entries = on_disk_[in];
    if (inode* const to = place->second.back(); to == nullptr) {
      entries.erase(place->first.second);
    } else {
      entries[place->first.second] = to;
    }
    place = since_.erase(place);
  }
}

// In order, until so many have been committed in all.
void directory_crash_states::commit(std::size_t records) {
  const std::size_t now = std::max(records, committed_) - committed_;
  for (std::size_t i = 0; i < now; ++i) {
    for (const kept_change& change : journal_[i].changes) apply(on_disk_, change);
    if (journal_[i].pinned != nullptr) journal_[i].pinned->pin(journal_[i].at_least);
  }
  journal_.erase(journal_.begin(), journal_.begin() + static_cast<std::ptrdiff_t>(now));
  committed_ += now;
}

image directory_crash_states::surviving(outcome_choices& choices) const {
  gathering g{choices, on_disk_, {}, {}, {}};
  const std::size_t committed = journal_.size() - choices.pick(journal_.size() + 1);
  for (std::size_t i = 0; i < committed; ++i) {
    for (const kept_change& change : journal_[i].changes) apply(g.names, change);
    if (const regular_file* const file = journal_[i].pinned) {
      version& least = g.at_least[file->id];
      least = std::max(least, journal_[i].at_least);
    }
  }
  g.made.emplace_back();
  g.placed.emplace(root_->id, 0);
  gather(g, *root_, 0);
  return std::move(g.made);
}

// A directory that would come to have two names keeps the first in the order of a walk: a check of the file
// system would leave no more.
void directory_crash_states::gather(gathering& g, const inode& from, std::size_t into) const {
  g.made[into].is_directory = from.is_directory();
  g.made[into].mode = from.mode;
  if (!from.is_directory()) {
    const auto pinned = g.at_least.find(from.id);
    g.made[into].bytes = static_cast<const regular_file&>(from).surviving(
        g.choices, pinned == g.at_least.end() ? 0 : pinned->second, ordered());
    return;
  }
  std::set<std::string> known;
  for (const auto& entry : g.names[from.id]) known.insert(entry.first);
  for (auto place = since_.lower_bound({from.id, std::string()});
       place != since_.end() && place->first.first == from.id; ++place) {
    known.insert(place->first.second);
  }
  for (const std::string& name : known) {
    const inode* const to = surviving_entry(g, from.id, name);
    if (to == nullptr) continue;
    const auto [place, fresh] = g.placed.try_emplace(to->id, g.made.size());
    if (!fresh && to->is_directory()) continue;
    g.made[into].entries.emplace(name, place->second);
    if (!fresh) continue;
    const std::size_t at = g.made.size();
    g.made.emplace_back();
    gather(g, *to, at);
  }
}

const inode* directory_crash_states::surviving_entry(gathering& g, inode_id in,
                                                     const std::string& name) const {
  const auto changed = since_.find({in, name});
  if (changed == since_.end()) {
    const names& entries = g.names[in];
    const auto found = entries.find(name);
    return found == entries.end() ? nullptr : found->second;
  }
  std::vector<const inode*> values;  // newest first
  for (std::size_t i = changed->second.size(); i-- > 0;) {
    const inode* const value = changed->second[i];
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values[g.choices.pick(values.size())];
}

}  // namespace norn::io
