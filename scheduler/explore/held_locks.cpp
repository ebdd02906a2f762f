#include <norn/scheduler/explore/held_locks.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace norn::engine {

namespace {

using what = lock_note::what;

lock_owner owner_of(thread_id by, const lock_note& n) {
  return n.owner == lock_owner::thread ? lock_owner{index_of(by)} : n.owner;
}

std::set<object_slot> signals_in(const runner& r, const execution& done) {
  std::set<object_slot> signals;
  std::map<std::pair<object_slot, thread_id>, std::uint64_t> permits;
  for (std::size_t i = 0; i < r.narrations().size(); ++i) {
    for (const lock_note& n : r.narrations()[i].locks) {
      std::uint64_t& mine = permits[{n.lock, done.at(event_id(i)).thread}];
      if (n.change == what::permit_taken) ++mine;
      if (n.change != what::permits_returned) continue;
      if (n.permits > mine) signals.insert(n.lock);
      mine -= std::min(mine, n.permits);
    }
  }
  return signals;
}

}  // namespace

held_locks::held_locks(const runner& of, const execution& done)
    : runner_(of), done_(done), signals_(signals_in(of, done)) {}

void held_locks::advance() {
  const thread_id by = done_.at(event_id(events_)).thread;
  for (const lock_note& n : runner_.narrations()[events_].locks) {
    if (!signals_.contains(n.lock)) note(by, n);
  }
  ++events_;
}

void held_locks::advance_to_end() {
  while (events_ < done_.size()) advance();
}

void held_locks::note(thread_id by, const lock_note& n) {
  switch (n.change) {
    case what::taken:
      take(by, n);
      break;
    case what::let_go:
      std::erase_if(entries_,
                    [&](const entry& e) { return e.lock == n.lock && e.owner == owner_of(by, n); });
      break;
    case what::permit_taken:
      take_permit(by, n.lock);
      break;
    case what::permits_returned:
      return_permits(by, n);
      break;
  }
}

// Whoever shares the ownership has the lock as it is now.
void held_locks::take(thread_id by, const lock_note& n) {
  bool known = false;
  for (entry& e : entries_) {
    if (e.lock != n.lock || e.owner != owner_of(by, n)) continue;
    e.mode = n.mode;
    known = known || e.thread == by;
  }
  if (!known) entries_.push_back({n.lock, owner_of(by, n), by, n.mode, 0, events_, n.listed});
}

void held_locks::take_permit(thread_id by, object_slot semaphore) {
  for (entry& e : entries_) {
    if (e.lock != semaphore || e.thread != by) continue;
    e.mode = std::to_string(++e.permits) + " permits";
    return;
  }
  entries_.push_back({semaphore, lock_owner{index_of(by)}, by, "", 1, events_});
}

void held_locks::return_permits(thread_id by, const lock_note& n) {
  for (entry& e : entries_) {
    if (e.lock != n.lock || e.thread != by) continue;
    e.permits -= n.permits;
    e.mode = e.permits == 1 ? "" : std::to_string(e.permits) + " permits";
  }
  std::erase_if(entries_, [&](const entry& e) {
    return e.lock == n.lock && e.thread == by && e.permits == 0;
  });
}

held_lock held_locks::describe(const entry& e) const {
  return {runner_.threads().name_of(e.thread), runner_.objects().type_of(e.lock),
          runner_.objects().name_of(e.lock), e.mode};
}

std::vector<held_lock> held_locks::of(thread_id t) const {
  std::vector<held_lock> held;
  for (const entry& e : entries_) {
    if (e.thread == t && e.listed) held.push_back(describe(e));
  }
  return held;
}

std::vector<held_lock> held_locks::all() const {
  std::vector<held_lock> held;
  for (const entry& e : entries_) {
    if (e.listed) held.push_back(describe(e));
  }
  return held;
}

thread_id held_locks::holder(object_slot lock, thread_id waiting, event_id since) const {
  const auto rank = [&](const entry& e) {
    return std::pair(e.thread == waiting, e.taken_in < index_of(since));
  };
  const entry* best = nullptr;
  for (const entry& e : entries_) {
    if (e.lock == lock && (best == nullptr || rank(e) < rank(*best))) best = &e;
  }
  return best == nullptr ? no_thread : best->thread;
}

}  // namespace norn::engine
