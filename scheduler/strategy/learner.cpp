#include <norn/scheduler/strategy/learner.hpp>

#include <algorithm>

#include <norn/scheduler/strategy/footprint.hpp>
#include <norn/scheduler/strategy/item_recovery.hpp>
#include <norn/scheduler/strategy/verify.hpp>

namespace norn::engine {

namespace {

// `before` and `after` conflict with nothing in between that would order them anyway.
bool immediate(const execution& t, event_id before, event_id after) {
  const event& later = t.at(after);
  if (contains(t.clock_before(later.thread, later.index), t.at(before))) return false;
  const auto between = t.predecessors(later);
  return std::none_of(between.begin(), between.end(),
                      [&](event_id p) { return p != before && t.happens_before(before, p); });
}

// So many events had begun when the operation's guard was open for the first time. A write of the guard's object among
// them cannot be reversed with the operation: without it the word is an earlier one (execution::word_at), all of which
// kept the guard closed.
std::size_t first_open(const execution& t, const operation& op) {
  if (!op.guard.exists()) return 0;
  const guard& g = op.guard;
  if (g.open(t.initial_word(g.object), g.operand)) return 0;
  for (const execution::word_write& write : t.word_writes(g.object)) {
    if (g.open(write.word, g.operand)) return index_of(write.event) + 1;
  }
  return t.size();
}

bool writes(const execution& t, event_id e, object_slot o) {
  const auto accesses = t.accesses(t.at(e));
  return std::any_of(accesses.begin(), accesses.end(),
                     [&](const access& a) { return a.object == o && a.mode != access_mode::read; });
}

}  // namespace

void learner::learn(const execution& t, const work_item& item, std::size_t by_next) {
  const parent from{t, item, by_next, settled_};
  races_.begin_parent();
  propose_choices(from);
  decisions_.find(t, item.steps);
  settled_.find(t, item, by_next, decisions_);
  for (std::size_t i = t.size(); i-- > 0;) {
    const event& e = t.at(event_id(i));
    if (e.alternative == 0 && !t.predecessors(e).empty()) reverse_races(from, event_id(i));
    if (waits_on_gate(e.op)) reverse_blocking(from, e.thread, e.index, e.op);
  }
  for (std::size_t i = 0; i < t.thread_count(); ++i) {
    const auto thread = thread_id(i);
    if (t.state(thread) == thread_state::parked && waits_on_gate(t.pending(thread))) {
      reverse_blocking(from, thread, t.events_of(thread).size(), t.pending(thread));
    }
  }
}

void learner::propose_choices(const parent& from) {
  const execution& t = from.t;
  const std::vector<planned_step>& steps = from.item.steps;
  for (std::size_t i = from.by_next; i < t.size(); ++i) {
    const event& e = t.at(event_id(i));
    if (e.alternatives == 1) continue;
    const std::uint64_t touches = accesses_made(t, event_id(i));
    for (std::uint16_t a = 1; a < e.alternatives; ++a) {
      work_item& other = items_.push();
      other.touches = touches;
      other.steps.assign(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i + 1));
      other.steps.back().alternative = a;
      other.steps.back().reversible = false;
    }
  }
}

void learner::reverse_races(const parent& from, event_id reversed) {
  const execution& t = from.t;
  const event& w = t.at(reversed);
  const bool old = !verify && index_of(reversed) < settled_.block && !adaptive_.is_adaptive(w);
  if (old && !decisions_.any_before(settled_.from)) return;
  const std::size_t opened = first_open(t, w.op);
  for (const event_id r : t.predecessors(w)) {
    const decision* const decided = decisions_.ended_by(r);
    if (decided == nullptr || (old && index_of(r) >= settled_.from)) continue;
    if (index_of(r) < opened && writes(t, r, w.op.guard.object)) continue;
    if (!immediate(t, r, reversed)) continue;
    if (adaptive_.is_bounded(w) && races_.reverse_within_reach(from, *decided, reversed)) continue;
    if (adaptive_.is_adaptive(w)) {
      races_.reverse(from, *decided, reversed);
      continue;
    }
    const cut_view until = decisions_.cut_of(decided->last + 1);
    cut_.assign(until.begin(), until.end());
    join(cut_, t.clock(reversed));
    proposer_.propose(from, *decided, cut_, w.thread, w.op, reversed);
  }
}

// `blocked`'s operation number `index` waits at a gate. Which resolution closed it?
void learner::reverse_blocking(const parent& from, thread_id blocked, std::size_t index,
                               const operation& op) {
  const execution& t = from.t;
  const cut_view past = t.clock_before(blocked, index);
  for (const execution::word_write& closing : t.word_writes(op.guard.object)) {
    const decision* const decided = decisions_.ended_by(closing.event);
    const event& r = t.at(closing.event);
    if (decided == nullptr || r.thread == blocked || contains(past, r)) continue;
    const cut_view until = decisions_.cut_of(decided->last + 1);
    if (until[index_of(blocked)] > index) continue;  // the operation was done before
    cut_.assign(until.begin(), until.end());
    join(cut_, past);
    if (is_open_at(t, op, cut_)) continue;  // not blocked: a race, if anything
    proposer_.propose(from, *decided, cut_, blocked, op, no_event);
  }
}

}  // namespace norn::engine
