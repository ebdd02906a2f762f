#include <norn/scheduler/trace/access_frontiers.hpp>

#include <algorithm>
#include <functional>

namespace norn::engine {

namespace {

std::uint64_t bit(thread_id t) { return std::uint64_t{1} << index_of(t) % 64; }

// Where the key's list is, or would be.
template <class Keys>
auto place_of(Keys& keys, std::uint64_t key) {
  // What is scanned comes in the order of keys.
  if (keys.empty() || keys.back().key < key) return keys.end();
  return std::lower_bound(keys.begin(), keys.end(), key,
                          [](const auto& each, std::uint64_t k) { return each.key < k; });
}

// A write takes the place of whatever its region contains. So does a thread's newer access of the same mode: it
// conflicts with the same accesses and comes later.
bool takes_place(const access& newer, const access& older, bool of_one_thread) {
  return newer.where.contains(older.where) &&
         (newer.mode == access_mode::write ||
          (of_one_thread && newer.mode == older.mode && newer.update_class == older.update_class));
}

}  // namespace

access_frontiers::taken access_frontiers::take_in(event_id event, thread_id thread,
                                                  const access& a) {
  if (index_of(a.object) >= frontiers_.size()) frontiers_.resize(index_of(a.object) + 1);
  frontier& of = frontiers_[index_of(a.object)];
  depends_on_.clear();
  taking now{event, thread, a, static_cast<std::uint32_t>(entries_.size())};
  a.where.first == a.where.last ? take_in_key(of, now) : take_in_span(of, now);
  if (!std::is_sorted(depends_on_.begin(), depends_on_.end(), std::greater<>())) {
    std::sort(depends_on_.begin(), depends_on_.end(), std::greater<>());
  }
  return {depends_on_, now.repeated};
}

void access_frontiers::take_in_key(frontier& of, taking& now) {
  meet(of.spans, now);  // covers none of them: they are larger than a key
  const std::uint64_t key = now.what.where.first;
  auto its = place_of(of.keys, key);
  if (its == of.keys.end() || its->key != key) {
    its = of.keys.insert(its, {key, none});
    note_change(now, key, absent);
  } else {
    note_change(now, key, its->newest);
  }
  its->newest = add_entry(now.event, now.thread, now.what, meet(its->newest, now));
}

void access_frontiers::take_in_span(frontier& of, taking& now) {
  note_change(now, std::nullopt, of.spans);
  of.spans = add_entry(now.event, now.thread, now.what, meet(of.spans, now));
  auto its = place_of(of.keys, now.what.where.first);
  for (; its != of.keys.end() && its->key <= now.what.where.last; ++its) {
    const list rest = meet(its->newest, now);
    if (rest == its->newest) continue;
    note_change(now, its->key, its->newest);
    its->newest = rest;
  }
}

void access_frontiers::note_change(const taking& now, std::optional<std::uint64_t> key,
                                   list before) {
  changes_.push_back({now.event, now.what.object, key, before, now.entries});
}

void access_frontiers::rewind(std::size_t kept) {
  std::size_t entries = entries_.size();
  for (; !changes_.empty() && index_of(changes_.back().event) >= kept; changes_.pop_back()) {
    undo(changes_.back());
    entries = changes_.back().entries;
  }
  entries_.resize(entries);
}

void access_frontiers::undo(const change& c) {
  frontier& of = frontiers_[index_of(c.object)];
  if (!c.key) {
    of.spans = c.before;
    return;
  }
  const auto its = place_of(of.keys, *c.key);
  if (c.before == absent) {
    of.keys.erase(its);
  } else {
    its->newest = c.before;
  }
}

access_frontiers::list access_frontiers::meet(list met, taking& now) {
  list oldest_covered = none;
  for (list i = met; i != none;) {
    const entry& older = entries_[i];
    if (commuting_modes(now.what, older.what) && (older.threads_alike & bit(now.thread)) == 0) {
      i = older.after_alike;
      continue;
    }
    if (older.event == now.event) {
      now.repeated = now.repeated || (older.what.mode == now.what.mode &&
                                      older.what.update_class == now.what.update_class &&
                                      older.what.where == now.what.where);
    } else if (older.thread != now.thread && dependent(older.what, now.what)) {
      depends_on_.push_back(older.event);
    }
    if (takes_place(now.what, older.what, older.thread == now.thread)) oldest_covered = i;
    i = older.older;
  }
  return oldest_covered == none ? met : without_covered(met, oldest_covered, now);
}

access_frontiers::list access_frontiers::without_covered(list newest, list last_covered,
                                                         const taking& now) {
  uncovered_.clear();
  for (list i = newest; i != last_covered; i = entries_[i].older) {
    const entry& older = entries_[i];
    if (!takes_place(now.what, older.what, older.thread == now.thread)) uncovered_.push_back(i);
  }
  list rest = entries_[last_covered].older;
  for (std::size_t n = uncovered_.size(); n-- > 0;) {
    const entry kept = entries_[uncovered_[n]];
    rest = add_entry(kept.event, kept.thread, kept.what, rest);
  }
  return rest;
}

access_frontiers::list access_frontiers::add_entry(event_id event, thread_id thread,
                                                   const access& what, list older) {
  entry added{event, thread, older, what, older, bit(thread)};
  if (older != none && commuting_modes(what, entries_[older].what)) {
    added.after_alike = entries_[older].after_alike;
    added.threads_alike |= entries_[older].threads_alike;
  }
  entries_.push_back(added);
  return static_cast<list>(entries_.size() - 1);
}

}  // namespace norn::engine
