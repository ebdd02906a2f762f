#include <norn/scheduler/run/race_detector.hpp>

#include <algorithm>

namespace norn::engine {

void race_detector::rewind(std::size_t kept) {
  while (!notes_.empty() && (kept == 0 || notes_.back().events > kept)) {
    checks_ -= notes_.back().what >= synchronisation::checked_read ? 1 : 0;
    notes_.pop_back();
  }
}

std::optional<race_detector::conflict> race_detector::find() {
  found_.reset();
  if (checks_ == 0) return found_;
  clear_clocks();
  for (std::size_t i = 0; i < notes_.size() && !found_; ++i) apply(notes_[i]);
  return found_;
}

void race_detector::clear_clocks() {
  std::size_t threads = 1;
  std::size_t objects = 0;
  for (const noted& n : notes_) {
    if (n.what == synchronisation::create_thread) {
      threads = std::max(threads, index_of(n.object) + 1);
    } else if (n.object != no_object) {
      objects = std::max(objects, index_of(n.object) + 1);
    }
  }
  threads_.resize(std::max(threads_.size(), threads));
  objects_.resize(std::max(objects_.size(), objects));
  histories_.resize(objects_.size());
  for (thread_clocks& t : threads_) {
    t.now.clear();
    t.released_by_fence.clear();
    t.seen_relaxed.clear();
  }
  for (clock& c : objects_) c.clear();
  for (history& h : histories_) {
    h.write = epoch{};
    h.reads.clear();
  }
}

void race_detector::apply(const noted& n) {
  if (n.what == synchronisation::create_thread) {
    create(thread_id(index_of(n.object)), n.by);
    return;
  }
  thread_clocks& t = threads_[index_of(n.by)];
  if (n.what == synchronisation::fence_release) {
    t.released_by_fence = t.now;
    tick(n.by);
    return;
  }
  if (n.what == synchronisation::fence_acquire) {
    join(t.now, t.seen_relaxed);
    return;
  }
  clock& released = objects_[index_of(n.object)];
  switch (n.what) {
    case synchronisation::acquire:
      join(t.now, released);
      break;
    case synchronisation::release:
      released = t.now;
      tick(n.by);
      break;
    case synchronisation::release_join:
      join(released, t.now);
      tick(n.by);
      break;
    case synchronisation::forget_release:
      released.clear();
      break;
    case synchronisation::relaxed_load:
      join(t.seen_relaxed, released);
      break;
    case synchronisation::relaxed_store:
      released = t.released_by_fence;
      break;
    case synchronisation::relaxed_update:
      join(released, t.released_by_fence);
      break;
    case synchronisation::checked_read:
      read(n);
      break;
    case synchronisation::checked_write:
      write(n);
      break;
    default:
      break;
  }
}

void race_detector::join(clock& into, const clock& from) {
  if (into.size() < from.size()) into.resize(from.size(), 0);
  for (std::size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
}

void race_detector::tick(thread_id t) {
  clock& now = threads_[index_of(t)].now;
  if (now.size() <= index_of(t)) now.resize(index_of(t) + 1, 0);
  ++now[index_of(t)];
}

void race_detector::create(thread_id child, thread_id creator) {
  if (creator != no_thread) {
    join(threads_[index_of(child)].now, threads_[index_of(creator)].now);
    tick(creator);
  }
  tick(child);
}

bool race_detector::races(const epoch& earlier, thread_id t) const {
  if (earlier.thread == no_thread || earlier.thread == t) return false;
  const clock& now = threads_[index_of(t)].now;
  return index_of(earlier.thread) >= now.size() || earlier.time > now[index_of(earlier.thread)];
}

void race_detector::report(const noted& later, const epoch& earlier, bool earlier_wrote) {
  found_ = conflict{later.object, earlier.event, earlier_wrote, event_id(later.events - 1),
                    later.what == synchronisation::checked_write};
}

race_detector::epoch race_detector::now(const noted& n) const {
  return {n.by, threads_[index_of(n.by)].now[index_of(n.by)], event_id(n.events - 1)};
}

void race_detector::read(const noted& n) {
  history& seen = histories_[index_of(n.object)];
  if (races(seen.write, n.by)) report(n, seen.write, true);
  const auto own = std::find_if(seen.reads.begin(), seen.reads.end(),
                                [&](const epoch& r) { return r.thread == n.by; });
  if (own != seen.reads.end()) {
    *own = now(n);
  } else {
    seen.reads.push_back(now(n));
  }
}

void race_detector::write(const noted& n) {
  history& seen = histories_[index_of(n.object)];
  if (races(seen.write, n.by)) report(n, seen.write, true);
  for (const epoch& r : seen.reads) {
    if (!found_ && races(r, n.by)) report(n, r, false);
  }
  seen.write = now(n);
  seen.reads.clear();
}

}  // namespace norn::engine
