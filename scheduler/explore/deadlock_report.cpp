#include <norn/scheduler/explore/deadlock_report.hpp>

#include <algorithm>

namespace norn::engine {

namespace {

// The event that closed the guard. Where it was never open, the first that changed its word, or the first of all.
event_id closed_since(const execution& done, const guard& g, std::size_t events) {
  const word_history writes = words_written(done, g.object, events);
  const auto is_open = [&](const auto& write) { return g.open(write.word, g.operand); };
  const auto last_open = std::find_if(writes.rbegin(), writes.rend(), is_open);
  return last_open == writes.rbegin() ? event_id(0) : std::prev(last_open)->event;
}

const wait* wait_of(const std::vector<wait>& waits, thread_id t) {
  const auto found =
      std::find_if(waits.begin(), waits.end(), [&](const wait& w) { return w.thread == t; });
  return found == waits.end() ? nullptr : &*found;
}

// From the wait along its holders back to it; empty where they lead elsewhere.
std::vector<const wait*> circle_from(const std::vector<wait>& waits, const wait& start) {
  std::vector<const wait*> circle;
  const wait* next = &start;
  while (next != nullptr && circle.size() < waits.size()) {
    circle.push_back(next);
    if (next->holder == start.thread) return circle;
    next = wait_of(waits, next->holder);
  }
  return {};
}

std::string text_of(const runner& r, const wait& w) {
  const std::string waits = r.threads().name_of(w.thread) + " waits for ";
  if (w.what.guard.object == r.end_of(w.holder)) {
    return waits + "the end of " + r.threads().name_of(w.holder);
  }
  const object_slot lock = w.what.object != no_object ? w.what.object : w.what.guard.object;
  const std::string type = r.objects().type_of(lock);
  const std::string name = r.objects().name_of(lock);
  return waits + (name == type ? type : type + " " + name) + " held by " +
         (w.holder == w.thread ? "itself" : r.threads().name_of(w.holder));
}

}  // namespace

word_history words_written(const execution& done, object_slot o, std::size_t events) {
  const word_history all = done.word_writes(o);
  const auto later = std::partition_point(
      all.begin(), all.end(), [&](const auto& write) { return index_of(write.event) < events; });
  return all.first(static_cast<std::size_t>(later - all.begin()));
}

thread_id holder_of(const runner& r, const execution& done, const held_locks& held,
                    thread_id waiting, const operation& what) {
  for (const thread_id t : r.threads().created()) {
    if (r.awaits_end(what.guard.object, t, held.events())) return t;
  }
  const event_id since = closed_since(done, what.guard, held.events());
  const thread_id holder = held.holder(what.guard.object, waiting, since);
  return holder != no_thread ? holder : held.holder(what.object, waiting, event_id(0));
}

std::vector<wait> waits_of(const runner& r, const execution& done) {
  held_locks held(r, done);
  held.advance_to_end();
  std::vector<wait> waits;
  for (const thread_id t : r.threads().created()) {
    if (done.state(t) != thread_state::parked || done.is_enabled(t) || r.is_killed(t)) continue;
    const operation& what = done.pending(t);
    waits.push_back({t, what, holder_of(r, done, held, t, what)});
  }
  return waits;
}

std::string circle_text(const runner& r, const std::vector<wait>& waits) {
  for (const wait& start : waits) {
    std::string text;
    for (const wait* each : circle_from(waits, start)) {
      text += (text.empty() ? "" : ", ") + text_of(r, *each);
    }
    if (!text.empty()) return text;
  }
  return {};
}

}  // namespace norn::engine
