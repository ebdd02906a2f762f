#include <norn/scheduler/trace/execution.hpp>

#include <algorithm>

#include <norn/scheduler/trace/access_index.hpp>

namespace norn::engine {

namespace {

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser (Steele, Lea, Flood, OOPSLA 2014)
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

bool any_dependent(std::span<const access> some, std::span<const access> others) {
  return first_dependent(some, others) < some.size();
}

}  // namespace

std::uint32_t execution::check_of(const operation_kind& kind, std::optional<object_id> on) {
  const std::uint64_t object = on ? index_of(*on) + 1 : 0;
  const auto check = static_cast<std::uint32_t>(mix(kind.name_hash + mix(object)));
  return check == 0 ? 1 : check;
}

bool execution::conflict(const event& a, const event& b) const {
  return any_dependent(accesses(a), accesses(b));
}

bool execution::may_conflict(const event& announces, const event& with) const {
  return any_dependent(announced(announces), accesses(with));
}

std::uint64_t execution::word_at(object_slot o, cut_view cut) const {
  std::uint64_t word = initial_word(o);
  for (const word_write& write : word_writes(o)) {
    const event& e = at(write.event);
    if (cut[index_of(e.thread)] <= e.index) break;
    word = write.word;
  }
  return word;
}

void execution::rewind(std::size_t kept) {
  kept = std::min(kept, events_.size());
  frontiers_.rewind(kept);
  objects_.rewind(kept);
  threads_.rewind(kept);
  if (kept < events_.size()) {
    accesses_.resize(events_[kept].first_access);
    announced_.resize(events_[kept].first_announced);
    predecessors_.resize(events_[kept].first_predecessor);
    events_.resize(kept);
  }
  size_ = 0;
  kept_ = kept;
  record_end_ = kept == 0 ? 0 : kept + 1;
  delay_ = 0;
  outcome_ = engine::outcome::running;
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
  threads_.create(t, creator, environment);
  if (thread_count() > width_) widen(thread_count());
}

object_slot execution::add_object(object_id id, std::uint64_t word) {
  // What destructors make while threads are unwound belongs to no event.
  const bool by_event = outcome_ == engine::outcome::running;
  return objects_.add(id, word,
                      by_event ? static_cast<std::uint32_t>(size_) : object_table::of_no_event);
}

void execution::record_event(thread_id t) {
  const auto id = event_id(size_ - 1);
  event& e = events_.emplace_back();
  e.thread = t;
  e.index = static_cast<std::uint32_t>(events_of(t).size());
  e.op = pending(t);
  e.op.timing = nullptr;
  e.first_access = e.last_access = static_cast<std::uint32_t>(accesses_.size());
  e.first_announced = e.last_announced = static_cast<std::uint32_t>(announced_.size());
  e.first_predecessor = e.last_predecessor = static_cast<std::uint32_t>(predecessors_.size());
  if (clocks_.size() < size_ * width_) clocks_.resize(2 * size_ * width_);
  const cut_span own = row(index_of(id));
  assign(own, clock_before(t, e.index));
  own[index_of(t)] = e.index + 1;
  threads_.add_event(t, id);
}

void execution::set_alternative(std::uint16_t chosen, std::uint16_t offered) {
  event& e = events_[size_ - 1];
  e.alternative = chosen;
  e.alternatives = offered;
}

void execution::add_announced(const access& a) {
  event& e = events_[size_ - 1];
  announced_.push_back(a);
  e.last_announced = static_cast<std::uint32_t>(announced_.size());
}

void execution::add_access(const access& a) {
  const auto id = event_id(size_ - 1);
  event& e = events_[size_ - 1];
  e.only_reads = e.only_reads && a.mode == access_mode::read;
  const access_frontiers::taken taken = frontiers_.take_in(id, e.thread, a);
  const auto direct = static_cast<std::ptrdiff_t>(predecessors_.size());
  for (const event_id p : taken.depends_on) add_predecessor(e, p);
  std::reverse(predecessors_.begin() + direct, predecessors_.end());
  if (taken.repeated) return;
  accesses_.push_back(a);
  e.last_access = static_cast<std::uint32_t>(accesses_.size());
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

void execution::check_invariants() const {
  threads_.check_invariants();
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
