#include <norn/scheduler/explore/deadlock_report.hpp>

#include <algorithm>

namespace norn::engine {

namespace {

// The writes since which the guard has been closed: the one that closed it, and later ones. None where
// it was never open.
word_history writes_since_closed(const execution& done, const guard& g, std::size_t events) {
  const word_history writes = words_written(done, g.object, events);
  const std::vector<event_count> beginning(done.width(), 0);
  const auto is_open = [&](std::uint64_t word) { return g.open(word, g.operand); };
  for (std::size_t i = writes.size(); i-- > 0;) {
    if (is_open(writes[i].word)) return writes.subspan(i + 1);
  }
  return is_open(done.word_at(g.object, beginning)) ? writes : word_history();
}

// Whoever closed the guard holds what it waits for, unless it is shared: another may have joined, and
// the first may have left. Who takes and gives back by turns has left after an even number of writes.
thread_id holder_of(const execution& done, const guard& g, std::size_t events) {
  const word_history writes = writes_since_closed(done, g, events);
  const auto thread_of = [&](const execution::word_write& w) { return done.at(w.event).thread; };
  for (const execution::word_write& each : writes) {
    const auto turns = std::count_if(writes.begin(), writes.end(), [&](const auto& other) {
      return thread_of(other) == thread_of(each);
    });
    if (turns % 2 == 1) return thread_of(each);
  }
  return writes.empty() ? no_thread : thread_of(writes.front());
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
  const std::string type = r.objects().type_of(w.what.guard.object);
  const std::string name = r.objects().name_of(w.what.guard.object);
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

thread_id holder_of(const runner& r, const execution& done, const guard& g, std::size_t events) {
  for (const thread_id t : r.threads().created()) {
    if (r.awaits_end(g.object, t, events)) return t;
  }
  return holder_of(done, g, events);
}

std::vector<wait> waits_of(const runner& r, const execution& done) {
  std::vector<wait> waits;
  for (const thread_id t : r.threads().created()) {
    if (done.state(t) != thread_state::parked || done.is_enabled(t) || r.is_killed(t)) continue;
    const operation& what = done.pending(t);
    waits.push_back({t, what, holder_of(r, done, what.guard, done.size())});
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
