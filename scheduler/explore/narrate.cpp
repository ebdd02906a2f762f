#include <norn/scheduler/explore/narrate.hpp>

#include <algorithm>

#include <norn/scheduler/explore/deadlock_report.hpp>
#include <norn/scheduler/explore/fingerprint.hpp>
#include <norn/scheduler/explore/held_locks.hpp>

namespace norn::engine {

namespace {

// What the thread does next, once `i` events have happened; null where it does nothing any more.
const operation* next_of(const execution& done, thread_id t, std::size_t i) {
  const auto events = done.events_of(t);
  const auto next = std::lower_bound(events.begin(), events.end(), event_id(i));
  if (next != events.end()) return &done.at(*next).op;
  return done.state(t) == thread_state::parked ? &done.pending(t) : nullptr;
}

// The object's word once `i` events have happened.
std::uint64_t word_after(const execution& done, object_slot o, std::size_t i) {
  const word_history writes = words_written(done, o, i);
  if (!writes.empty()) return writes.back().word;
  const std::vector<event_count> beginning(done.width(), 0);
  return done.word_at(o, beginning);
}

bool is_open(const execution& done, const guard& g, std::size_t i) {
  if (!g.exists()) return true;
  if (g.lifeline != no_object && word_after(done, g.lifeline, i) != 0) return false;
  return g.open(word_after(done, g.object, i), g.operand);
}

std::string name_of(const runner& r, object_slot o) {
  return o == no_object ? "" : r.objects().name_of(o);
}

std::string name_of(const runner& r, thread_id t) {
  return t == no_thread ? "" : r.threads().name_of(t);
}

// What is waited for: of a group of threads, the one that has not ended yet.
std::string name_of_awaited(const runner& r, const operation& waits, thread_id holder,
                            std::size_t events) {
  const bool for_end = holder != no_thread && r.awaits_end(waits.guard.object, holder, events);
  return for_end ? name_of(r, holder) : name_of(r, waits.object);
}

// Why another thread goes on with the next event.
std::optional<thread_switch> switch_at(const runner& r, const execution& done,
                                       const held_locks& held) {
  using enum thread_switch::reason;
  const std::size_t i = held.events();
  if (i == 0) return std::nullopt;
  const thread_id before = done.at(event_id(i - 1)).thread;
  if (done.at(event_id(i)).thread == before) return std::nullopt;
  // A fault speaks for itself, and for those that it kills.
  const bool faulty =
      done.is_environment(before) || done.is_environment(done.at(event_id(i)).thread);
  if (faulty) return std::nullopt;
  const operation* next = next_of(done, before, i);
  if (next == nullptr) {
    if (done.state(before) == thread_state::killed) return std::nullopt;
    const bool by_itself = done.state(before) == thread_state::finished;
    return thread_switch{by_itself ? ended : failed, {}, {}, {}};
  }
  if (is_open(done, next->guard, i)) return thread_switch{preempted, {}, {}, {}};
  const thread_id holder = holder_of(r, done, held, before, *next);
  return thread_switch{waits, next->kind->name, name_of_awaited(r, *next, holder, i),
                       name_of(r, holder)};
}

// Whether the one comes before the other in spite of this dependence, too.
bool ordered_otherwise(const execution& done, const event& e, event_id p) {
  const event& before = done.at(p);
  if (done.clock_before(e.thread, e.index)[index_of(before.thread)] > before.index) return true;
  const auto all = done.predecessors(e);
  return std::any_of(all.begin(), all.end(),
                     [&](event_id q) { return q != p && done.happens_before(p, q); });
}

// Who waits for a thing that stays as it is once it has come about, such as the end of a thread,
// conflicts with nobody.
std::optional<std::size_t> latest_conflict(const execution& done, const event& e) {
  if (e.op.guard.exists() && !e.op.guard.revocable) return std::nullopt;
  std::optional<std::size_t> latest;
  for (const event_id p : done.predecessors(e)) {
    if (!ordered_otherwise(done, e, p)) latest = std::max(latest.value_or(0), index_of(p) + 1);
  }
  return latest;
}

trace_step narrate_step(const runner& r, const execution& done, std::size_t i) {
  const event& e = done.at(event_id(i));
  const narration& text = r.narrations()[i];
  trace_step s;
  s.number = i + 1;
  s.thread = r.threads().name_of(e.thread);
  s.process = r.threads()[e.thread].where.process;
  s.host = r.threads()[e.thread].where.host;
  s.operation = e.op.kind->name;
  s.object = name_of(r, e.op.object);
  s.arguments = text.arguments;
  s.result = text.result;
  s.changes = text.changes;
  s.file = e.op.where.file;
  s.line = e.op.where.line;
  if (e.alternatives > 1) s.kind = "choice";
  if (done.is_environment(e.thread)) s.kind = "fault";
  s.alternative = e.alternative;
  s.alternatives = e.alternatives;
  s.conflicts_with = latest_conflict(done, e);
  return s;
}

// A wait for the end of a thread that could go on says nothing: the execution stopped before.
bool is_of_interest(const runner& r, const execution& done, const wait& w) {
  return w.holder == no_thread || !r.awaits_end(w.what.guard.object, w.holder, done.size()) ||
         !done.is_enabled(w.holder);
}

blocked_thread narrate_wait(const runner& r, const execution& done, const wait& w) {
  const operation& op = w.what;
  return {
      r.threads().name_of(w.thread), op.kind->name, name_of_awaited(r, op, w.holder, done.size()),
      name_of(r, w.holder),          op.where.file, op.where.line};
}

}  // namespace

counterexample narrate(const runner& r, const execution& done) {
  counterexample c;
  held_locks held(r, done);
  for (std::size_t i = 0; i < done.size(); ++i) {
    const thread_id t = done.at(event_id(i)).thread;
    trace_step& s = c.steps.emplace_back(narrate_step(r, done, i));
    s.left = switch_at(r, done, held);
    held.advance();
    s.locks = held.of(t);
    c.preemptions += s.preempts() ? 1 : 0;
  }
  c.locks = held.all();
  c.found_steps = c.steps.size();
  for (const thread_id t : r.threads().created()) c.threads.push_back(r.threads().name_of(t));
  for (const wait& w : waits_of(r, done)) {
    if (is_of_interest(r, done, w)) c.blocked_threads.push_back(narrate_wait(r, done, w));
  }
  c.schedule = r.threads().by_creation(done);
  c.fingerprint = fingerprint_of(c.schedule).whole;
  return c;
}

}  // namespace norn::engine
