#include <norn/scheduler/strategy/canonical.hpp>

#include <algorithm>

namespace norn {

bool is_open_at(const execution& t, const operation& op, cut_view at) {
  const guard& g = op.guard;
  if (!g.exists()) return true;
  if (g.life != no_object && t.word_at(g.life, at) != 0) return false;
  return g.open(t.word_at(g.object, at), g.operand);
}

bool canonical_extension::is_canonical_from(const execution& t, cut_view from,
                                            std::size_t by_next) {
  now_.assign(from.begin(), from.end());
  taken_ = furthest_ = 0;
  for (std::size_t i = 0; i < t.thread_count(); ++i) {
    if (now_[i] == 0) continue;
    taken_ += now_[i];
    furthest_ = std::max(furthest_, index_of(t.events_of(thread_id(i))[now_[i] - 1]) + 1);
  }
  while (taken_ < t.size()) {
    if (taken_ == furthest_ && taken_ >= by_next) return true;
    if (advance(t) != step::taken) return false;
  }
  return true;
}

// Takes the event that `next` would run, if the execution has it.
canonical_extension::step canonical_extension::advance(const execution& t) {
  bool any_environment = false;
  for (std::size_t i = 0; i < t.thread_count(); ++i) {
    if (t.is_environment(thread_id(i))) {
      any_environment = true;
      continue;
    }
    const step s = consider(t, thread_id(i));
    if (s != step::nothing) return s;
  }
  for (std::size_t i = 0; any_environment && i < t.thread_count(); ++i) {
    if (!t.is_environment(thread_id(i))) continue;
    const step s = consider(t, thread_id(i));
    if (s != step::nothing) return s;
  }
  return step::deviates;
}

canonical_extension::step canonical_extension::consider(const execution& t, thread_id thread) {
  const std::size_t i = index_of(thread);
  const auto events = t.events_of(thread);
  const bool at_end = now_[i] == events.size();
  if (at_end && t.state(thread) != thread_state::parked) return step::nothing;
  if (now_[i] == 0 && !subset(t.creation_clock(thread), now_)) return step::nothing;
  if (at_end) {
    return is_open_at(t, t.pending(thread), now_) ? step::deviates : step::nothing;
  }
  const event_id next = events[now_[i]];
  const event& e = t.at(next);
  const event_count before = now_[i]++;
  if (subset(t.clock(next), now_)) {
    ++taken_;
    furthest_ = std::max(furthest_, index_of(next) + 1);
    return e.alternative == 0 ? step::taken : step::deviates;
  }
  now_[i] = before;
  // Not in this incarnation: then `next` runs the thread in another one, unless it is disabled here.
  return is_open_at(t, e.op, now_) ? step::deviates : step::nothing;
}

}  // namespace norn
