#include <norn/scheduler/strategy/time_state.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn::engine {

namespace {

using rule = timing::rule;

std::int64_t latest(std::int64_t deadline, std::int64_t delay) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(deadline, delay, &sum) ? INT64_MAX : sum;
}

}  // namespace

void time_state::look(const execution& so_far) {
  now_ = so_far.size();
  threads_.resize(so_far.thread_count());
  for (std::size_t t = 0; t < threads_.size(); ++t) look_at(so_far, thread_id(t));
  for (zone& z : zones_) z.keep(referred_to());
}

void time_state::look_at(const execution& so_far, thread_id t) {
  waiting& w = threads_[index_of(t)];
  if (so_far.state(t) != thread_state::parked) {
    w = {};
    return;
  }
  const bool fresh = !std::exchange(w.parked, true);
  if (fresh) {
    // Copied while it is there: the stack that it lies on may be gone before the operation, in a crash.
    const timing* const when = so_far.pending(t).timing;
    w.announced = now_;
    if (when != nullptr) w.when = *when;
    if (w.when.since == timing::announcement) w.when.since = now_;
  }
  const auto keep_since = [&](moment& since, bool open) {
    if (!open || since == none) since = open ? now_ : none;
  };
  keep_since(w.enabled, so_far.is_enabled(t));
  keep_since(w.sooner, w.when.sooner.exists() && so_far.is_open(w.when.sooner));
  if (fresh && w.when.by == rule::deadline) divide_by_deadline(w);
}

// Into those times at which the deadline is still to come, or comes just now, and those at which it has passed.
void time_state::divide_by_deadline(const waiting& of) {
  const auto [since, delay] = std::pair(of.when.since, of.when.earliest);
  std::vector<zone> divided;
  for (const zone& z : zones_) {
    zone to_come = z;
    zone passed = z;
    if (to_come.restrict_to(of.announced, since, delay)) divided.push_back(std::move(to_come));
    if (!z.implies(of.announced, since, delay) && passed.restrict_to(since, of.announced, -delay)) {
      divided.push_back(std::move(passed));
    }
  }
  zones_ = std::move(divided);
}

std::vector<time_state::moment> time_state::referred_to() const {
  std::vector<moment> all = remembered_;
  all.insert(all.end(), {0, now_});
  for (const waiting& w : threads_) {
    if (!w.parked) continue;
    for (const moment m : {w.announced, w.enabled, w.sooner, w.when.since}) {
      if (m != none) all.push_back(m);
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool time_state::may_go_on(const execution& so_far, thread_id t) const {
  return std::any_of(zones_.begin(), zones_.end(),
                     [&](zone times) { return can_be_next(times, so_far, t); });
}

void time_state::go_on(const execution& so_far, thread_id t) {
  std::erase_if(zones_, [&](zone& times) { return !can_be_next(times, so_far, t); });
  NORN_INVARIANT(!zones_.empty());
  running_ = std::exchange(threads_[index_of(t)], {});
  now_ = so_far.size() + 1;
  if (running_.when.remembered) remembered_.push_back(now_);
}

bool time_state::can_be_next(zone& times, const execution& so_far, thread_id t) const {
  const moment next = so_far.size() + 1;
  times.add(next);
  if (!times.restrict_to(now_, next, 0)) return false;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const waiting& each = threads_[i];
    if (!each.parked || each.enabled == none || so_far.is_environment(thread_id(i))) continue;
    if (!keeps_up(times, each, next, so_far.delay())) return false;
  }
  const waiting& own = threads_[index_of(t)];
  const bool early = own.sooner != none;
  const bool timed = own.when.by == rule::lasts || (own.when.by == rule::deadline && !early);
  return !timed || times.restrict_to(own.when.since, next, -own.when.earliest);
}

// It is not later than the last moment of the operation.
bool time_state::keeps_up(zone& times, const waiting& each, moment now, std::int64_t delay) const {
  const timing& when = each.when;
  if (each.sooner != none && !times.restrict_to(now, each.sooner, delay)) return false;
  switch (when.by) {
    case rule::at_once:
    case rule::compares_age:
      return times.restrict_to(now, each.enabled, delay);
    case rule::lasts:
      return times.restrict_to(now, when.since, when.latest);
    case rule::deadline:
      return times.implies(each.announced, when.since, when.earliest)
                 ? times.restrict_to(now, when.since, latest(when.earliest, delay))
                 : times.restrict_to(now, each.announced, delay);
    case rule::whenever:
    case rule::whenever_or_deadline:
      return true;
  }
  return true;
}

bool time_state::may_take(std::uint16_t alternative) const {
  return std::any_of(zones_.begin(), zones_.end(),
                     [&](zone times) { return fits_alternative(times, alternative); });
}

void time_state::take(std::uint16_t alternative) {
  std::erase_if(zones_, [&](zone& times) { return !fits_alternative(times, alternative); });
  NORN_INVARIANT(!zones_.empty());
}

bool time_state::fits_alternative(zone& times, std::uint16_t alternative) const {
  const timing& when = running_.when;
  if (when.by == rule::compares_age) {
    return alternative == 0 ? times.restrict_to(now_, when.since, when.earliest)
                            : times.restrict_to(when.since, now_, -latest(when.earliest, 1));
  }
  if (when.by == rule::whenever_or_deadline && alternative == 0) {
    return times.restrict_to(when.since, now_, -when.earliest);
  }
  return true;
}

// Of the threads' moments by thread, and of what is remembered by event: the number of an event differs from one
// order of the same trace to the other.
std::uint64_t time_state::hash(const execution& so_far) const {
  std::vector<moment> events{0, now_};
  std::uint64_t shape = 0;
  for (std::size_t t = 0; t < threads_.size(); ++t) {
    const waiting& w = threads_[t];
    if (!w.parked) continue;
    for (const moment m : {w.announced, w.enabled, w.sooner, w.when.since}) {
      shape = mix(mix(shape, t), m == none ? 0 : 1);
      if (m != none) events.push_back(m);
    }
  }
  std::vector<moment> remembered = remembered_;
  std::sort(remembered.begin(), remembered.end(), [&](moment a, moment b) {
    const event& first = so_far.at(event_id(a - 1));
    const event& second = so_far.at(event_id(b - 1));
    return std::pair(first.thread, first.index) < std::pair(second.thread, second.index);
  });
  events.insert(events.end(), remembered.begin(), remembered.end());
  std::vector<std::uint64_t> hashes;
  for (const zone& z : zones_) hashes.push_back(z.hash(events));
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  for (const std::uint64_t h : hashes) shape = mix(shape, h);
  return shape;
}

}  // namespace norn::engine
