#include <norn/scheduler/explore/narrate.hpp>

#include <algorithm>

#include <norn/scheduler/explore/fingerprint.hpp>
#include <norn/scheduler/explore/waits.hpp>
#include <norn/scheduler/strategy/canonical.hpp>

namespace norn {

namespace {

// The step before went on to another thread although its own could have gone on.
bool preempts(const execution& done, std::size_t i) {
  if (i == 0 || done.is_environment(done.at(event_id(i)).thread)) return false;
  const thread_id before = done.at(event_id(i - 1)).thread;
  if (done.at(event_id(i)).thread == before) return false;
  const auto events = done.events_of(before);
  const auto next =
      std::find_if(events.begin(), events.end(), [&](event_id e) { return index_of(e) >= i; });
  const operation* op = nullptr;
  if (next != events.end()) {
    if (done.at(*next).cut_short) return false;
    op = &done.at(*next).op;
  } else if (done.state(before) == thread_state::parked) {
    op = &done.pending(before);
  }
  if (op == nullptr) return false;
  std::vector<event_count> cut(done.width(), 0);
  for (std::size_t k = 0; k < i; ++k) ++cut[index_of(done.at(event_id(k)).thread)];
  return is_open_at(done, *op, cut);
}

std::optional<std::size_t> latest_conflict(const execution& done, const event& e) {
  std::optional<std::size_t> latest;
  for (const event_id p : done.predecessors(e)) {
    latest = std::max(latest.value_or(0), index_of(p) + 1);
  }
  return latest;
}

trace_step narrate_step(const runner& r, const execution& done, std::size_t i) {
  const event& e = done.at(event_id(i));
  const narration& text = r.narrations()[i];
  trace_step s;
  s.number = i + 1;
  s.thread = r.thread_name(e.thread);
  s.process = r.place_of(e.thread).process;
  s.host = r.place_of(e.thread).host;
  s.operation = e.op.kind->name;
  if (e.op.object != no_object) s.object = r.object_name(e.op.object);
  s.arguments = text.arguments;
  s.result = text.result;
  s.changes = text.changes;
  s.file = e.op.where.file;
  s.line = e.op.where.line;
  if (e.alternatives > 1) s.kind = "choice";
  if (done.is_environment(e.thread)) s.kind = "fault";
  s.alternative = e.alternative;
  s.alternatives = e.alternatives;
  s.preempts = preempts(done, i);
  s.conflicts_with = latest_conflict(done, e);
  return s;
}

blocked_thread narrate_wait(const runner& r, const wait& w) {
  const operation& op = w.what;
  return {r.thread_name(w.thread),
          op.kind->name,
          op.object == no_object ? "" : r.object_name(op.object),
          w.holder == no_thread ? "" : r.thread_name(w.holder),
          op.where.file,
          op.where.line};
}

}  // namespace

counterexample narrate(const runner& r, const execution& done) {
  counterexample c;
  for (std::size_t i = 0; i < done.size(); ++i) {
    c.steps.push_back(narrate_step(r, done, i));
    c.preemptions += c.steps.back().preempts ? 1 : 0;
  }
  c.found_steps = c.steps.size();
  for (const thread_id t : r.created()) c.threads.push_back(r.thread_name(t));
  for (const wait& w : waits_of(r, done)) c.blocked_threads.push_back(narrate_wait(r, w));
  c.schedule = r.by_creation(done);
  c.fingerprint = fingerprint_of(c.schedule).whole;
  return c;
}

}  // namespace norn
