#include <norn/scheduler/trace/execution.hpp>

#include <algorithm>

namespace norn {

namespace {

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser (Steele, Lea, Flood, OOPSLA 2014)
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

std::uint32_t execution::check_of(const operation& op) const {
  const std::uint64_t object =
      op.object == no_object ? 0 : index_of(objects_[index_of(op.object)].id) + 1;
  const auto check = static_cast<std::uint32_t>(mix(op.kind->name_hash + mix(object)));
  return check == 0 ? 1 : check;
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

void execution::clear() {
  events_.clear();
  accesses_.clear();
  predecessors_.clear();
  clocks_.clear();
  for (thread_record& thread : threads_) {
    thread.state = thread_state::absent;
    thread.events.clear();
  }
  for (std::size_t i = 0; i < object_count_; ++i) {
    objects_[i].frontier.clear();
    objects_[i].writes.clear();
  }
  object_count_ = 0;
  outcome_ = norn::outcome::running;
  halted_any_ = false;
}

void execution::widen(std::size_t threads) {
  constexpr std::size_t granularity = 4;
  const std::size_t width = (threads + granularity - 1) / granularity * granularity;
  std::vector<event_count> wider(events_.size() * width, 0);
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const cut_view narrow = row(clocks_, i);
    std::copy(narrow.begin(), narrow.end(), wider.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  clocks_ = std::move(wider);
  nothing_.assign(width, 0);
  width_ = width;
}

void execution::create_thread(thread_id t, event_id creator) {
  const std::size_t i = index_of(t);
  if (i >= threads_.size()) {
    threads_.resize(i + 1);
    if (threads_.size() > width_) widen(threads_.size());
  }
  NORN_INVARIANT(threads_[i].state == thread_state::absent);
  threads_[i].state = thread_state::running;
  threads_[i].creator = creator;
}

void execution::announce(thread_id t, const operation& op) {
  thread_record& thread = threads_[index_of(t)];
  thread.pending = op;
  thread.state = thread_state::parked;
}

object_slot execution::add_object(object_id id, std::uint64_t word) {
  if (object_count_ == objects_.size()) objects_.emplace_back();
  object_record& object = objects_[object_count_];
  object.id = id;
  object.word = object.initial_word = word;
  return object_slot(object_count_++);
}

event_id execution::begin_event(thread_id t) {
  thread_record& thread = threads_[index_of(t)];
  NORN_INVARIANT(thread.state == thread_state::parked);
  thread.state = thread_state::running;
  const auto id = event_id(events_.size());
  event& e = events_.emplace_back();
  e.thread = t;
  e.index = static_cast<std::uint32_t>(thread.events.size());
  e.op = thread.pending;
  e.first_access = e.last_access = static_cast<std::uint32_t>(accesses_.size());
  e.first_predecessor = e.last_predecessor = static_cast<std::uint32_t>(predecessors_.size());
  clocks_.resize(events_.size() * width_);
  const cut_span own = row(clocks_, index_of(id));
  assign(own, clock_before(t, e.index));
  own[index_of(t)] = e.index + 1;
  thread.events.push_back(id);
  return id;
}

void execution::set_alternative(std::uint16_t chosen, std::uint16_t offered) {
  events_.back().alternative = chosen;
  events_.back().alternatives = offered;
}

void execution::add_access(access a) {
  event& e = events_.back();
  const auto id = event_id(events_.size() - 1);
  std::vector<frontier_entry>& frontier = objects_[index_of(a.object)].frontier;
  std::size_t kept = 0;
  bool known = false;
  for (const frontier_entry& entry : frontier) {
    if (entry.event == id) {
      known = known || (entry.what.mode == a.mode && entry.what.update_class == a.update_class &&
                        entry.what.where == a.where);
    } else if (dependent(entry.what, a) && at(entry.event).thread != e.thread) {
      const auto first = predecessors_.begin() + e.first_predecessor;
      if (std::find(first, predecessors_.end(), entry.event) == predecessors_.end()) {
        predecessors_.push_back(entry.event);
      }
      join(row(clocks_, index_of(id)), clock(entry.event));
    }
    // A write takes the place of whatever it covers; so does a thread's newer access of the same
    // mode, since it conflicts with the same accesses and comes later.
    const bool covered = a.where.contains(entry.what.where) &&
                         (a.mode == access_mode::write ||
                          (at(entry.event).thread == e.thread && a.mode == entry.what.mode &&
                           a.update_class == entry.what.update_class));
    if (!covered) frontier[kept++] = entry;
  }
  frontier.resize(kept);
  frontier.push_back({id, a});
  e.last_predecessor = static_cast<std::uint32_t>(predecessors_.size());
  if (known) return;
  accesses_.push_back(a);
  e.last_access = static_cast<std::uint32_t>(accesses_.size());
}

void execution::end_event() {
  const event& e = events_.back();
  const auto id = event_id(events_.size() - 1);
  for (std::uint32_t i = e.first_access; i < e.last_access; ++i) {
    access& a = accesses_[i];
    if (a.mode == access_mode::read) continue;
    object_record& object = objects_[index_of(a.object)];
    a.word = object.word;
    if (object.writes.empty() || object.writes.back().event != id) {
      object.writes.push_back({id, object.word});
    }
  }
}

void execution::set_state(thread_id t, thread_state s) {
  threads_[index_of(t)].state = s;
  halted_any_ = halted_any_ || s == thread_state::halted;
}

void execution::check_invariants() const {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const event& e = events_[i];
    const auto id = event_id(i);
    NORN_INVARIANT(clock(id)[index_of(e.thread)] == e.index + 1);
    NORN_INVARIANT(subset(clock_before(e.thread, e.index), clock(id)));
    NORN_INVARIANT(e.alternative < e.alternatives);
    for (const event_id p : predecessors(e)) {
      NORN_INVARIANT(p < id);
      NORN_INVARIANT(subset(clock(p), clock(id)));
    }
    // A revocable guard's operation touches the guard's object alone (operation.hpp).
    if (e.op.guard.exists() && e.op.guard.revocable) {
      for (const access& a : accesses(e)) {
        NORN_INVARIANT(a.object == e.op.guard.object || is_end_of_thread(name_of(a.object)));
      }
    }
  }
}

}  // namespace norn
