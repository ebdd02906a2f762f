#include <norn/scheduler/explore/held_locks.hpp>

#include <algorithm>

namespace norn::engine {

namespace {

lock_owner owner_of(thread_id by, const lock_note& n) {
  return n.owner == lock_owner::thread ? lock_owner{index_of(by)} : n.owner;
}

}  // namespace

void held_locks::note(thread_id by, const std::vector<lock_note>& notes) {
  for (const lock_note& n : notes) {
    if (n.held) {
      take(by, n);
    } else {
      std::erase_if(entries_,
                    [&](const entry& e) { return e.lock == n.lock && e.owner == owner_of(by, n); });
    }
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
  if (!known) entries_.push_back({n.lock, owner_of(by, n), by, n.mode});
}

held_lock held_locks::describe(const entry& e, const runner& r) {
  return {r.threads().name_of(e.thread), r.objects().type_of(e.lock), r.objects().name_of(e.lock),
          e.mode};
}

std::vector<held_lock> held_locks::of(thread_id t, const runner& r) const {
  std::vector<held_lock> held;
  for (const entry& e : entries_) {
    if (e.thread == t) held.push_back(describe(e, r));
  }
  return held;
}

std::vector<held_lock> held_locks::all(const runner& r) const {
  std::vector<held_lock> held;
  for (const entry& e : entries_) held.push_back(describe(e, r));
  return held;
}

}  // namespace norn::engine
