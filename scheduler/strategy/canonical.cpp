#include <norn/scheduler/strategy/canonical.hpp>

#include <algorithm>

namespace norn::engine {

bool is_open_at(const execution& t, const operation& op, cut_view at) {
  const guard& g = op.guard;
  if (!g.exists()) return true;
  if (g.lifeline != no_object && t.word_at(g.lifeline, at) != 0) return false;
  return g.open(t.word_at(g.object, at), g.operand);
}

bool canonical_extension::is_canonical_from(const execution& t, cut_view from,
                                            std::size_t by_next) {
  now_.assign(from.begin(), from.end());
  taken_ = furthest_ = 0;
  unfinished_.clear();
  for (std::size_t i = 0; i < t.thread_count(); ++i) {
    if (has_more(t, thread_id(i))) unfinished_.insert(thread_id(i));
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
  step found = step::nothing;
  thread_id of = no_thread;
  const thread_id next = t.next(
      unfinished_,
      [&](thread_id thread) {
        found = next_of(t, of = thread);
        return found != step::nothing;
      },
      [&](thread_id thread) { return now_[index_of(thread)]; });
  if (next == no_thread) return step::deviates;
  if (of != next) found = next_of(t, next);
  if (found != step::taken) return found;
  const event_id e = t.events_of(next)[now_[index_of(next)]++];
  if (!has_more(t, next)) unfinished_.erase(next);
  ++taken_;
  furthest_ = std::max(furthest_, index_of(e) + 1);
  return found;
}

// What running the thread would come to; nothing where it is disabled.
canonical_extension::step canonical_extension::next_of(const execution& t, thread_id thread) const {
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
  if (has_past(t.clock(next), i)) {
    return e.alternative == 0 ? step::taken : step::deviates;
  }
  // Not in this incarnation: then `next` runs the thread in another one, unless it is disabled here.
  return is_open_at(t, e.op, now_) ? step::deviates : step::nothing;
}

bool canonical_extension::has_more(const execution& t, thread_id thread) const {
  return now_[index_of(thread)] < t.events_of(thread).size() ||
         t.state(thread) == thread_state::parked;
}

// Whether what is in the past of an event of the thread has been taken.
bool canonical_extension::has_past(cut_view clock, std::size_t thread) const {
  for (std::size_t i = 0; i < clock.size(); ++i) {
    if (i != thread && clock[i] > now_[i]) return false;
  }
  return true;
}

}  // namespace norn::engine
