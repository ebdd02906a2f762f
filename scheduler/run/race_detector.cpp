#include <norn/scheduler/run/race_detector.hpp>

#include <algorithm>

namespace norn {

void race_detector::clear() {
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

void race_detector::join(clock& into, const clock& from) {
  if (into.size() < from.size()) into.resize(from.size(), 0);
  for (std::size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
}

void race_detector::tick(thread_id t) {
  clock& now = threads_[index_of(t)].now;
  if (now.size() <= index_of(t)) now.resize(index_of(t) + 1, 0);
  ++now[index_of(t)];
}

race_detector::clock& race_detector::object_clock(object_slot o) {
  if (objects_.size() <= index_of(o)) objects_.resize(index_of(o) + 1);
  return objects_[index_of(o)];
}

race_detector::history& race_detector::history_of(object_slot o) {
  if (histories_.size() <= index_of(o)) histories_.resize(index_of(o) + 1);
  return histories_[index_of(o)];
}

void race_detector::create_thread(thread_id child, thread_id creator) {
  if (threads_.size() <= index_of(child)) threads_.resize(index_of(child) + 1);
  if (creator != no_thread) {
    join(threads_[index_of(child)].now, threads_[index_of(creator)].now);
    tick(creator);
  }
  tick(child);
}

void race_detector::acquire(thread_id t, object_slot o) {
  join(threads_[index_of(t)].now, object_clock(o));
}

void race_detector::release(thread_id t, object_slot o) {
  object_clock(o) = threads_[index_of(t)].now;
  tick(t);
}

void race_detector::release_join(thread_id t, object_slot o) {
  join(object_clock(o), threads_[index_of(t)].now);
  tick(t);
}

void race_detector::forget_release(thread_id, object_slot o) { object_clock(o).clear(); }

void race_detector::fence_release(thread_id t) {
  thread_clocks& clocks = threads_[index_of(t)];
  clocks.released_by_fence = clocks.now;
  tick(t);
}

void race_detector::fence_acquire(thread_id t) {
  thread_clocks& clocks = threads_[index_of(t)];
  join(clocks.now, clocks.seen_relaxed);
}

void race_detector::relaxed_load(thread_id t, object_slot o) {
  join(threads_[index_of(t)].seen_relaxed, object_clock(o));
}

void race_detector::relaxed_store(thread_id t, object_slot o) {
  object_clock(o) = threads_[index_of(t)].released_by_fence;
}

void race_detector::relaxed_update(thread_id t, object_slot o) {
  join(object_clock(o), threads_[index_of(t)].released_by_fence);
}

bool race_detector::before(const epoch& e, thread_id t) const {
  const clock& now = threads_[index_of(t)].now;
  return index_of(e.thread) < now.size() && e.time <= now[index_of(e.thread)];
}

bool race_detector::knows(thread_id observer, thread_id other, std::uint32_t time) const {
  return before(epoch{other, time, no_event}, observer);
}

std::uint32_t race_detector::epoch_of(thread_id t) const {
  return threads_[index_of(t)].now[index_of(t)];
}

std::optional<race_detector::conflict> race_detector::read(thread_id t, object_slot o,
                                                           event_id now) {
  history& seen = history_of(o);
  std::optional<conflict> found;
  if (seen.write.thread != no_thread && seen.write.thread != t && !before(seen.write, t)) {
    found = conflict{seen.write.event, true};
  }
  const epoch self{t, epoch_of(t), now};
  for (epoch& r : seen.reads) {
    if (r.thread == t) {
      r = self;
      return found;
    }
  }
  seen.reads.push_back(self);
  return found;
}

std::optional<race_detector::conflict> race_detector::write(thread_id t, object_slot o,
                                                            event_id now) {
  history& seen = history_of(o);
  std::optional<conflict> found;
  if (seen.write.thread != no_thread && seen.write.thread != t && !before(seen.write, t)) {
    found = conflict{seen.write.event, true};
  }
  for (const epoch& r : seen.reads) {
    if (!found && r.thread != t && !before(r, t)) found = conflict{r.event, false};
  }
  seen.write = epoch{t, epoch_of(t), now};
  seen.reads.clear();
  return found;
}

}  // namespace norn
