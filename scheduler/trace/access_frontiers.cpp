#include <norn/scheduler/trace/access_frontiers.hpp>

namespace norn::engine {

namespace {

std::uint64_t bit(thread_id t) { return std::uint64_t{1} << index_of(t) % 64; }

}  // namespace

access_frontiers::taken access_frontiers::take_in(event_id event, thread_id thread,
                                                  const access& a) {
  if (index_of(a.object) >= newest_.size()) newest_.resize(index_of(a.object) + 1, none);
  frontier& newest = newest_[index_of(a.object)];
  changes_.push_back({event, a.object, newest, static_cast<std::uint32_t>(entries_.size())});
  depends_on_.clear();
  bool repeated = false;
  frontier oldest_covered = none;
  for (frontier i = newest; i != none;) {
    const entry& older = entries_[i];
    if (commuting_modes(a, older.what) && (older.threads_alike & bit(thread)) == 0) {
      i = older.after_alike;
      continue;
    }
    if (older.event == event) {
      repeated =
          repeated || (older.what.mode == a.mode && older.what.update_class == a.update_class &&
                       older.what.where == a.where);
    } else if (older.thread != thread && dependent(older.what, a)) {
      depends_on_.push_back(older.event);
    }
    if (covers(a, thread, older)) oldest_covered = i;
    i = older.older;
  }
  const frontier rest =
      oldest_covered == none ? newest : uncovered(newest, oldest_covered, a, thread);
  newest = add_entry(event, thread, a, rest);
  return {depends_on_, repeated};
}

void access_frontiers::rewind(std::size_t kept) {
  std::size_t entries = entries_.size();
  for (; !changes_.empty() && index_of(changes_.back().event) >= kept; changes_.pop_back()) {
    newest_[index_of(changes_.back().object)] = changes_.back().before;
    entries = changes_.back().entries;
  }
  entries_.resize(entries);
}

// A write takes the place of whatever its region contains. So does a thread's newer access of the same mode: it
// conflicts with the same accesses and comes later.
bool access_frontiers::covers(const access& a, thread_id by, const entry& older) {
  return a.where.contains(older.what.where) &&
         (a.mode == access_mode::write || (older.thread == by && a.mode == older.what.mode &&
                                           a.update_class == older.what.update_class));
}

// The list without the entries that the access covers, of which `last` is the oldest.
access_frontiers::frontier access_frontiers::uncovered(frontier newest, frontier last,
                                                       const access& a, thread_id by) {
  uncovered_.clear();
  for (frontier i = newest; i != last; i = entries_[i].older) {
    if (!covers(a, by, entries_[i])) uncovered_.push_back(i);
  }
  frontier list = entries_[last].older;
  for (std::size_t n = uncovered_.size(); n-- > 0;) {
    const entry kept = entries_[uncovered_[n]];
    list = add_entry(kept.event, kept.thread, kept.what, list);
  }
  return list;
}

access_frontiers::frontier access_frontiers::add_entry(event_id event, thread_id thread,
                                                       const access& what, frontier older) {
  entry added{event, thread, older, what, older, bit(thread)};
  if (older != none && commuting_modes(what, entries_[older].what)) {
    added.after_alike = entries_[older].after_alike;
    added.threads_alike |= entries_[older].threads_alike;
  }
  entries_.push_back(added);
  return static_cast<frontier>(entries_.size() - 1);
}

}  // namespace norn::engine
