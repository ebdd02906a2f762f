#include <norn/scheduler/strategy/item_recovery.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include <norn/scheduler/strategy/canonical.hpp>
#include <norn/scheduler/trace/access_index.hpp>

namespace norn::engine {

namespace {

// The thread's next event in the execution; no_event where it has none.
event_id next_event(const execution& t, thread_id thread, cut_view at) {
  const auto events = t.events_of(thread);
  const std::size_t done = at[index_of(thread)];
  return done < events.size() ? events[done] : no_event;
}

const operation& next_operation(const execution& t, thread_id thread, cut_view at) {
  const event_id next = next_event(t, thread, at);
  return next == no_event ? t.pending(thread) : t.at(next).op;
}

bool is_enabled_at(const execution& t, thread_id thread, cut_view at) {
  if (next_event(t, thread, at) == no_event && t.state(thread) != thread_state::parked)
    return false;
  if (!subset(t.creation_clock(thread), at)) return false;
  return is_open_at(t, next_operation(t, thread, at), at);
}

// The thread that `next` runs from this cut.
thread_id next_at(const execution& t, cut_view at) {
  return t.next(
      t.created(), [&](thread_id thread) { return is_enabled_at(t, thread, at); },
      [&](thread_id thread) { return at[index_of(thread)]; });
}

// What resolved the thread's decision: its next event or, of an operation that waits at a gate, the first event
// on that gate that it conflicts with. no_event where there is none; `reads` says of an operation that was not
// run whether it only reads the gate, and is asked for only where that makes a difference.
template <class Reads>
std::optional<event_id> resolution_of(const execution& t, thread_id decides, cut_view at,
                                      const Reads& reads) {
  const event_id own = next_event(t, decides, at);
  const operation& op = next_operation(t, decides, at);
  if (!waits_on_gate(op)) return own;
  std::optional<bool> only_reads;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const auto id = event_id(i);
    if (contains(at, t.at(id))) continue;
    if (id == own) return own;
    for (const access& a : t.accesses(t.at(id))) {
      if (a.object != op.guard.object) continue;
      if (a.mode != access_mode::read) return id;
      if (!only_reads) {
        only_reads = own == no_event ? reads() : only_reads_its_gate(t, own);
        if (!only_reads) return std::nullopt;
      }
      if (!*only_reads) return id;
    }
  }
  return no_event;
}

// Of what lies between the cut and the resolution, the event without which it would still run into all others;
// no_event where there is none.
event_id reversed_by(const execution& t, event_id resolution, cut_view at) {
  const event& r = t.at(resolution);
  const cut_view past = t.clock(resolution);
  std::vector<event_id> lasts;  // of each thread
  for (std::size_t i = 0; i < past.size(); ++i) {
    if (i != index_of(r.thread) && past[i] > at[i])
      lasts.push_back(t.events_of(thread_id(i))[past[i] - 1]);
  }
  event_id latest = no_event;
  for (const event_id k : lasts) {
    const bool maximal = std::none_of(lasts.begin(), lasts.end(), [&](event_id later) {
      return later != k && t.happens_before(k, later);
    });
    if (!maximal) continue;
    if (latest == no_event || runs_into_later(t, r, t.at(k), t.at(latest))) latest = k;
  }
  return latest;
}

planned_step step_of(const execution& t, event_id e) {
  const event& done = t.at(e);
  planned_step s = plan(t, done.thread, done.op);
  s.alternative = done.alternative;
  return s;
}

}  // namespace

bool runs_into_later(const execution& t, const event& e, const event& k, const event& w) {
  const std::size_t into_k = first_dependent(t.accesses(e), t.accesses(k));
  const std::size_t into_w = first_dependent(t.accesses(e), t.accesses(w));
  return into_k == into_w ? k.thread > w.thread : into_w < into_k;
}

void append_in_order(const execution& t, cut_view from, cut_view to, std::vector<event_id>& order) {
  std::vector<event_count> now(from.begin(), from.end());
  std::size_t waiting = now.size();  // the first thread whose next event does not have its past yet
  std::size_t i = 0;
  while (i < now.size()) {
    if (now[i] < to[i]) {
      const event_id next = t.events_of(thread_id(i))[now[i]];
      ++now[i];
      if (subset(t.clock(next), now)) {
        order.push_back(next);
        i = std::min(i, std::exchange(waiting, now.size()));
        continue;
      }
      --now[i];
      waiting = std::min(waiting, i);
    }
    ++i;
  }
}

bool only_reads_its_gate(const execution& t, event_id e) {
  const object_slot gate = t.at(e).op.guard.object;
  const auto accesses = t.accesses(t.at(e));
  return std::all_of(accesses.begin(), accesses.end(), [&](const access& a) {
    return a.object != gate || a.mode == access_mode::read;
  });
}

namespace {

// The events of one decision, in their order: `now` is what lies before them.
std::vector<event_id> block_of(const execution& t, event_id resolution, bool guarded,
                               cut_view now) {
  const event& r = t.at(resolution);
  std::vector<event_count> until(now.begin(), now.end());
  join(until, t.clock(resolution));
  until[index_of(r.thread)] = r.index;
  const event_id reversed = guarded ? no_event : reversed_by(t, resolution, now);
  if (reversed != no_event) until[index_of(t.at(reversed).thread)] = t.at(reversed).index;
  std::vector<event_id> block;
  append_in_order(t, now, until, block);
  if (reversed != no_event) block.push_back(reversed);
  block.push_back(resolution);
  return block;
}

}  // namespace

found_item item_of(const execution& t, const std::vector<bool>& answers) {
  found_item found;
  work_item& item = found.item;
  std::size_t end = 0;  // of the item: beyond it, `next` has chosen
  std::vector<event_count> now(t.width(), 0);
  std::size_t asked = 0;
  const auto answer = [&]() -> std::optional<bool> {
    if (asked == answers.size()) return std::nullopt;
    return answers[asked++];
  };
  while (item.steps.size() < t.size()) {
    const thread_id decides = next_at(t, now);
    if (decides == no_thread) return {item, found_item::extent::until_bound};
    const auto resolution = resolution_of(t, decides, now, answer);
    if (!resolution) {
      item.steps.push_back(plan(t, decides, t.pending(decides)));
      return {item, found_item::extent::until_question};
    }
    if (*resolution == no_event) return {item, found_item::extent::until_bound};
    const bool guarded = waits_on_gate(next_operation(t, decides, now));
    const event& r = t.at(*resolution);
    const std::vector<event_id> block = block_of(t, *resolution, guarded, now);
    const auto first = static_cast<std::uint32_t>(item.steps.size());
    for (const event_id e : block) item.steps.push_back(step_of(t, e));
    planned_step& last = item.steps.back();
    const bool by_itself = block.size() == 1 && r.thread == decides;
    last.ends_block = true;
    last.reversible = r.alternative == 0 && (by_itself || !guarded);
    if (!by_itself || r.alternative != 0) {
      end = item.steps.size();
      item.proposed = !by_itself;
    }
    if (!by_itself) {
      const auto position = static_cast<std::uint32_t>(end - 1);
      item.proposal = {.block = first,
                       .reversed = guarded ? position : position - 1,
                       .guarded = guarded,
                       .foreseen = false,
                       .decides = decides};
    }
    join(now, t.clock(*resolution));
  }
  item.steps.resize(end);
  return found;
}

}  // namespace norn::engine
