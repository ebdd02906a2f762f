#include <norn/scheduler/trace/execution.hpp>

#include <algorithm>

namespace norn::engine {

namespace {

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser (Steele, Lea, Flood, OOPSLA 2014)
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t bit(thread_id t) { return std::uint64_t{1} << index_of(t) % 64; }

}  // namespace

std::uint32_t execution::check_of(const operation_kind& kind, std::optional<object_id> on) {
  const std::uint64_t object = on ? index_of(*on) + 1 : 0;
  const auto check = static_cast<std::uint32_t>(mix(kind.name_hash + mix(object)));
  return check == 0 ? 1 : check;
}

bool execution::conflict(const event& a, const event& b) const {
  const auto others = accesses(b);
  const auto made = accesses(a);
  return std::any_of(made.begin(), made.end(), [&](const access& x) {
    return std::any_of(others.begin(), others.end(),
                       [&](const access& y) { return dependent(x, y); });
  });
}

std::uint64_t execution::word_at(object_slot o, cut_view cut) const {
  const object_record& object = objects_[index_of(o)];
  std::uint64_t word = object.initial_word;
  for (const word_write& write : object.writes) {
    const event& e = at(write.event);
    if (cut[index_of(e.thread)] <= e.index) break;
    word = write.word;
  }
  return word;
}

void execution::rewind(std::size_t kept) {
  kept = std::min(kept, events_.size());
  if (kept < events_.size()) undo_frontiers(events_[kept].first_change);
  while (events_.size() > kept) {
    const event& e = events_.back();
    for (const access& a : accesses(e)) {
      std::vector<word_write>& writes = objects_[index_of(a.object)].writes;
      while (!writes.empty() && index_of(writes.back().event) >= kept) writes.pop_back();
    }
    threads_[index_of(e.thread)].events.pop_back();
    accesses_.resize(e.first_access);
    predecessors_.resize(e.first_predecessor);
    events_.pop_back();
  }
  for (thread_record& thread : threads_) {
    thread.state = thread_state::absent;
    thread.group = no_thread;
  }
  created_.clear();
  parked_.clear();
  const auto known = [&](const object_record& o) { return kept != 0 && o.made_after <= kept; };
  objects_known_ = std::max(object_count_, objects_known_);
  while (objects_known_ != 0 && !known(objects_[objects_known_ - 1])) --objects_known_;
  object_count_ = 0;
  size_ = 0;
  kept_ = kept;
  record_end_ = kept == 0 ? 0 : kept + 1;
  fits_record_ = true;
  outcome_ = engine::outcome::running;
  halted_any_ = has_groups_ = false;
}

void execution::undo_frontiers(std::size_t change) {
  if (change == changes_.size()) return;
  for (std::size_t i = changes_.size(); i-- > change;) {
    objects_[index_of(changes_[i].object)].newest = changes_[i].before;
  }
  frontiers_.resize(changes_[change].entries);
  changes_.resize(change);
}

void execution::widen(std::size_t threads) {
  constexpr std::size_t granularity = 4;
  const std::size_t width = (threads + granularity - 1) / granularity * granularity;
  std::vector<event_count> wider(events_.size() * width, 0);
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const cut_view narrow = row(i);
    std::copy(narrow.begin(), narrow.end(), wider.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  clocks_ = std::move(wider);
  nothing_.assign(width, 0);
  width_ = width;
}

void execution::create_thread(thread_id t, event_id creator, bool environment) {
  const std::size_t i = index_of(t);
  if (i >= threads_.size()) {
    threads_.resize(i + 1);
    if (threads_.size() > width_) widen(threads_.size());
  }
  NORN_INVARIANT(threads_[i].state == thread_state::absent);
  threads_[i].state = thread_state::running;
  threads_[i].creator = creator;
  threads_[i].environment = environment;
  created_.insert(t);
}

void execution::announce(thread_id t, const operation& op) {
  thread_record& thread = threads_[index_of(t)];
  thread.pending = op;
  thread.state = thread_state::parked;
  parked_.insert(t);
}

object_slot execution::add_object(object_id id, std::uint64_t word) {
  const auto slot = object_slot(object_count_++);
  if (index_of(slot) < objects_known_) {
    object_record& object = objects_[index_of(slot)];
    fits_record_ = fits_record_ && object.id == id;
    object.word = object.initial_word = word;
    object.rewritten = 0;
    return slot;
  }
  if (index_of(slot) == objects_.size()) objects_.emplace_back();
  object_record& object = objects_[index_of(slot)];
  object.id = id;
  object.word = object.initial_word = word;
  // What destructors make while threads are unwound belongs to no event.
  object.made_after =
      outcome_ == engine::outcome::running ? static_cast<std::uint32_t>(size_) : UINT32_MAX;
  object.newest = none;
  object.writes.clear();
  return slot;
}

void execution::record_event(thread_id t, thread_record& by) {
  const auto id = event_id(size_ - 1);
  event& e = events_.emplace_back();
  e.thread = t;
  e.index = static_cast<std::uint32_t>(by.events.size());
  e.op = by.pending;
  e.first_access = e.last_access = static_cast<std::uint32_t>(accesses_.size());
  e.first_predecessor = e.last_predecessor = static_cast<std::uint32_t>(predecessors_.size());
  e.first_change = static_cast<std::uint32_t>(changes_.size());
  if (clocks_.size() < size_ * width_) clocks_.resize(2 * size_ * width_);
  const cut_span own = row(index_of(id));
  assign(own, clock_before(t, e.index));
  own[index_of(t)] = e.index + 1;
  by.events.push_back(id);
}

void execution::set_alternative(std::uint16_t chosen, std::uint16_t offered) {
  event& e = events_[size_ - 1];
  e.alternative = chosen;
  e.alternatives = offered;
}

void execution::add_access(const access& a) {
  const auto id = event_id(size_ - 1);
  event& e = events_[size_ - 1];
  e.only_reads = e.only_reads && a.mode == access_mode::read;
  object_record& object = objects_[index_of(a.object)];
  changes_.push_back({a.object, object.newest, static_cast<std::uint32_t>(frontiers_.size())});
  const auto direct = static_cast<std::ptrdiff_t>(predecessors_.size());
  bool known = false;
  frontier oldest_covered = none;
  for (frontier i = object.newest; i != none;) {
    const frontier_entry& entry = frontiers_[i];
    if (commuting_modes(a, entry.what) && (entry.threads_alike & bit(e.thread)) == 0) {
      i = entry.after_alike;
      continue;
    }
    if (entry.event == id) {
      known = known || (entry.what.mode == a.mode && entry.what.update_class == a.update_class &&
                        entry.what.where == a.where);
    } else if (entry.thread != e.thread && dependent(entry.what, a)) {
      add_predecessor(e, entry.event);
    }
    if (covers(a, e.thread, entry)) oldest_covered = i;
    i = entry.older;
  }
  std::reverse(predecessors_.begin() + direct, predecessors_.end());
  const frontier rest = oldest_covered == none
                            ? object.newest
                            : uncovered(object.newest, oldest_covered, a, e.thread);
  object.newest = add_entry(id, e.thread, a, rest);
  if (known) return;
  accesses_.push_back(a);
  e.last_access = static_cast<std::uint32_t>(accesses_.size());
}

// A write takes the place of whatever it covers; so does a thread's newer access of the same mode, since it
// conflicts with the same accesses and comes later.
bool execution::covers(const access& a, thread_id by, const frontier_entry& older) {
  return a.where.contains(older.what.where) &&
         (a.mode == access_mode::write || (older.thread == by && a.mode == older.what.mode &&
                                           a.update_class == older.what.update_class));
}

// The list without what the access covers; of this, `last` is the oldest.
execution::frontier execution::uncovered(frontier newest, frontier last, const access& a,
                                         thread_id by) {
  uncovered_.clear();
  for (frontier i = newest; i != last; i = frontiers_[i].older) {
    if (!covers(a, by, frontiers_[i])) uncovered_.push_back(i);
  }
  frontier list = frontiers_[last].older;
  for (std::size_t n = uncovered_.size(); n-- > 0;) {
    const frontier_entry entry = frontiers_[uncovered_[n]];
    list = add_entry(entry.event, entry.thread, entry.what, list);
  }
  return list;
}

execution::frontier execution::add_entry(event_id event, thread_id thread, const access& what,
                                         frontier older) {
  frontier_entry entry{event, thread, older, what, older, bit(thread)};
  if (older != none && commuting_modes(what, frontiers_[older].what)) {
    entry.after_alike = frontiers_[older].after_alike;
    entry.threads_alike |= frontiers_[older].threads_alike;
  }
  frontiers_.push_back(entry);
  return static_cast<frontier>(frontiers_.size() - 1);
}

void execution::add_predecessor(event& e, event_id p) {
  const event& before = events_[index_of(p)];
  const cut_span own = row(size_ - 1);
  if (own[index_of(before.thread)] > before.index) {  // through another, or once more
    const auto first = predecessors_.begin() + e.first_predecessor;
    if (std::find(first, predecessors_.end(), p) != predecessors_.end()) return;
  } else {
    join(own, clock(p));
  }
  predecessors_.push_back(p);
  e.last_predecessor = static_cast<std::uint32_t>(predecessors_.size());
}

void execution::record_writes() {
  const event& e = events_[size_ - 1];
  const auto id = event_id(size_ - 1);
  for (const access& a : accesses(e)) {
    if (a.mode == access_mode::read) continue;
    object_record& object = objects_[index_of(a.object)];
    if (object.writes.empty() || object.writes.back().event != id) {
      object.writes.push_back({id, object.word});
    }
  }
}

void execution::refresh_writes() {
  const auto id = event_id(size_ - 1);
  for (const access& a : accesses(events_[size_ - 1])) {
    if (a.mode == access_mode::read) continue;
    object_record& object = objects_[index_of(a.object)];
    if (object.rewritten == object.writes.size()) continue;
    word_write& write = object.writes[object.rewritten];
    if (write.event != id) continue;
    write.word = object.word;
    ++object.rewritten;
  }
}

void execution::set_state(thread_id t, thread_state s) {
  NORN_INVARIANT(s != thread_state::parked);
  if (state(t) == thread_state::parked) parked_.erase(t);
  threads_[index_of(t)].state = s;
  halted_any_ = halted_any_ || s == thread_state::halted;
}

void execution::check_invariants() const {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    NORN_INVARIANT(parked_.contains(thread_id(i)) == (threads_[i].state == thread_state::parked));
  }
  for (std::size_t i = 0; i < size_; ++i) {
    const event& e = events_[i];
    const auto id = event_id(i);
    NORN_INVARIANT(clock(id)[index_of(e.thread)] == e.index + 1);
    NORN_INVARIANT(subset(clock_before(e.thread, e.index), clock(id)));
    NORN_INVARIANT(e.alternative < e.alternatives);
    for (const event_id p : predecessors(e)) {
      NORN_INVARIANT(p < id);
      NORN_INVARIANT(subset(clock(p), clock(id)));
    }
    // A revocable guard's operation touches the guard's object alone, and the thread's lifeline
    // (operation.hpp).
    if (e.op.guard.exists() && e.op.guard.revocable) {
      for (const access& a : accesses(e)) {
        NORN_INVARIANT(a.object == e.op.guard.object || a.object == e.op.guard.lifeline ||
                       is_end_of_thread(name_of(a.object)));
      }
    }
  }
}

}  // namespace norn::engine
