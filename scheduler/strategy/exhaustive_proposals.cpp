// What the exhaustive search proposes after an execution: which decisions the execution made, and which other
// resolutions of them this execution is the one to propose.
#include <norn/scheduler/strategy/exhaustive.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/item_recovery.hpp>
#include <norn/scheduler/strategy/symmetry.hpp>

namespace norn::engine {

namespace {

// What is passed over as settled is held against the canonical test, and each item against its execution, where
// that may take its time.
#ifdef NDEBUG
constexpr bool verify = false;
#else
constexpr bool verify = true;
#endif

bool happens_after_own(const execution& t, cut_view past, event_id e) {
  const event& event = t.at(e);
  return past[index_of(event.thread)] > event.index;
}

// `before` and `after` conflict with nothing in between that would order them anyway.
bool immediate(const execution& t, event_id before, event_id after) {
  const event& later = t.at(after);
  if (happens_after_own(t, t.clock_before(later.thread, later.index), before)) return false;
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

execution_kind exhaustive::end_execution(const execution& done) {
  if (repeats_) {
    divergence_ = repeated_.end(done);
    return execution_kind::repeated;
  }
  if (probing_) {
    if (done.outcome() != outcome::cut_off && done.outcome() != outcome::diverged) {
      footprints_.learn(probed_, footprint_of_last(done));
    }
    return execution_kind::probe;
  }
  if (starts_over_) {
    restart();
    return execution_kind::start_over;
  }
  if (stage_ == stage::asking && done.size() == replayed_) return answered(done);
  if (done.outcome() == outcome::cut_off || done.outcome() == outcome::diverged)
    return execution_kind::probe;
  if (done.size() < replayed_) {
    if (done.outcome() == outcome::completed) {
      diverge(done.size(), "nothing: the execution had ended");
    }
    return execution_kind::probe;
  }
  if (stage_ == stage::finding) return found_parent(done);
  if (!examine(done)) {
    if (!starts_over_) return execution_kind::probe;
    restart();
    return execution_kind::start_over;
  }
  const bool as_planned = done.outcome() == outcome::completed && !divergence_;
  NORN_INVARIANT(!verify || !as_planned || is_item_of(done));
  if (learn_kinds_with_extra_accesses(done)) {
    restart();
    return execution_kind::start_over;
  }
  kept_.reset();
  children_from_ = items_.size();
  propose_choices(done);
  find_decisions(done);
  find_settled(done);
  for (std::size_t i = done.size(); i-- > 0;) {
    const event& e = done.at(event_id(i));
    if (e.alternative == 0 && !done.predecessors(e).empty()) reverse_races(done, event_id(i));
    if (waits_on_gate(e.op)) reverse_blocking(done, e.thread, e.index, e.op);
  }
  for (std::size_t i = 0; i < done.thread_count(); ++i) {
    const auto t = thread_id(i);
    if (done.state(t) == thread_state::parked && waits_on_gate(done.pending(t))) {
      reverse_blocking(done, t, done.events_of(t).size(), done.pending(t));
    }
  }
  if (stage_ != stage::exploring) return execution_kind::probe;
  if (as_planned) repeated_.plan(done, replayed_ == 0);
  return execution_kind::execution;
}

void exhaustive::propose_choices(const execution& t) {
  for (std::size_t i = replayed_; i < t.size(); ++i) {
    const event& e = t.at(event_id(i));
    if (e.alternatives == 1) continue;
    const std::uint64_t touches = accesses_made(t, event_id(i));
    for (std::uint16_t a = 1; a < e.alternatives; ++a) {
      work_item& other = items_.push();
      other.touches = touches;
      other.steps.assign(current_.steps.begin(),
                         current_.steps.begin() + static_cast<std::ptrdiff_t>(i + 1));
      other.steps.back().alternative = a;
      other.steps.back().reversible = false;
    }
  }
}

void exhaustive::find_decisions(const execution& t) {
  const std::size_t width = t.width();
  if (cut_width_ != width) {
    cut_width_ = width;
    cuts_known_ = 0;
  }
  decisions_.clear();
  decision_ending_at_.assign(t.size(), -1);
  if (prefix_cuts_.size() < (t.size() + 1) * width) prefix_cuts_.resize(2 * (t.size() + 1) * width);
  std::fill_n(prefix_cuts_.begin(), width, 0);
  for (std::size_t i = cuts_known_; i < t.size(); ++i) {
    event_count* const before = prefix_cuts_.data() + i * width;
    std::copy_n(before, width, before + width);
    ++before[width + index_of(t.at(event_id(i)).thread)];
  }
  cuts_known_ = t.size();
  std::size_t first = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!current_.steps[i].ends_block) continue;
    if (current_.steps[i].reversible) {
      decision_ending_at_[i] = static_cast<std::int32_t>(decisions_.size());
      decisions_.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(i)});
    }
    first = i + 1;
  }
}

// The last block of the item decided against what `next` would have done at the beginning of the block. At an
// earlier cut `next` names the same thread, whatever other events the cut lacks, if two things are so: the thread of
// the block was created before the cut, and no operation of this thread from the cut to the block waits for something
// that came after the cut.
void exhaustive::find_settled(const execution& t) {
  const proposal& p = current_.proposal;
  // Where nothing was proposed, the item ends with an alternative that is not the default.
  settled_.block = current_.proposed ? p.block : std::max<std::size_t>(replayed_, 1) - 1;
  settled_.from = 0;
  const cut_view before = cut_view(prefix_cuts_).subspan(settled_.block * t.width(), t.width());
  settled_.before.assign(before.begin(), before.end());
  if (!current_.proposed) return;
  const auto since = [&](event_id e) {
    if (e != no_event && index_of(e) < p.block) {
      settled_.from = std::max(settled_.from, index_of(e));
    }
  };
  since(t.creator_of(p.decides));
  std::size_t index = 0;  // of the decided operation in its thread
  for (const event_id e : t.events_of(p.decides)) {
    if (index_of(e) >= p.block) break;
    if (t.at(e).op.guard.exists()) since(e);
    ++index;
  }
  // A gate, or what opens once and for good: the end of a thread that is joined.
  const auto events = t.events_of(p.decides);
  const operation& decided = index < events.size() ? t.at(events[index]).op : t.pending(p.decides);
  if (!decided.guard.exists()) return;
  for (const execution::word_write& write : t.word_writes(decided.guard.object)) {
    since(write.event);
  }
}

void exhaustive::reverse_races(const execution& t, event_id reversed) {
  const event& w = t.at(reversed);
  const bool old = !verify && index_of(reversed) < settled_.block && !is_adaptive(w);
  if (old && (decisions_.empty() || decisions_.front().last >= settled_.from)) return;
  const std::size_t opened = first_open(t, w.op);
  for (const event_id r : t.predecessors(w)) {
    const std::int32_t d = decision_ending_at_[index_of(r)];
    if (d < 0 || (old && index_of(r) >= settled_.from)) continue;
    if (index_of(r) < opened && writes(t, r, w.op.guard.object)) continue;
    if (!immediate(t, r, reversed)) continue;
    const decision& decided = decisions_[static_cast<std::size_t>(d)];
    if (is_adaptive(w)) {
      out_of_order_ = true;
      if (!propose_after_each_past(just_run(t), decided, reversed)) continue;
      if (kept_ == nullptr) {
        kept_ = std::make_shared<const kept_parent>(
            kept_parent{t, current_.steps, replayed_, settled_});
      }
      open_races_.push_back({kept_, decided, reversed});
      continue;
    }
    const cut_view until =
        cut_view(prefix_cuts_).subspan((decided.last + 1) * t.width(), t.width());
    cut_.assign(until.begin(), until.end());
    join(cut_, t.clock(reversed));
    propose(just_run(t), decided, cut_, w.thread, w.op, reversed);
  }
}

// `blocked`'s operation number `index` waits at a gate. Which resolution closed it?
void exhaustive::reverse_blocking(const execution& t, thread_id blocked, std::size_t index,
                                  const operation& op) {
  const cut_view past = t.clock_before(blocked, index);
  for (const execution::word_write& closing : t.word_writes(op.guard.object)) {
    const std::int32_t d = decision_ending_at_[index_of(closing.event)];
    const event& r = t.at(closing.event);
    if (d < 0 || r.thread == blocked || happens_after_own(t, past, closing.event)) continue;
    const decision& decided = decisions_[static_cast<std::size_t>(d)];
    const cut_view until =
        cut_view(prefix_cuts_).subspan((decided.last + 1) * t.width(), t.width());
    if (until[index_of(blocked)] > index) continue;  // the operation was done before
    cut_.assign(until.begin(), until.end());
    join(cut_, past);
    if (is_open_at(t, op, cut_)) continue;  // not blocked: a race, if anything
    propose(just_run(t), decided, cut_, blocked, op, no_event);
  }
}

// What `reversed_is_canonical_maximum` will say, before it is run: `d` is the decision in which the resolution still comes
// before the reversed event, and both do what they did in any order.
bool exhaustive::would_be_canonical_maximum(const execution& t, const decision& d,
                                            event_id reversed) const {
  const event& resolution = t.at(event_id(d.last));
  const event& w = t.at(reversed);
  const auto comes_before_w = [&](event_id k) {
    if (happens_after_own(t, t.clock_before(w.thread, w.index), k)) return true;
    const auto direct = t.predecessors(w);
    return t.conflict(t.at(k), w) || std::any_of(direct.begin(), direct.end(), [&](event_id p) {
             return index_of(p) != d.last && t.happens_before(k, p);
           });
  };
  // The block's order is such that the last of them are the likeliest.
  for (std::size_t k = d.last; k-- > d.first;) {
    if (!runs_into_later(t, resolution, t.at(event_id(k)), w)) continue;
    bool maximal = !comes_before_w(event_id(k));
    for (std::size_t later = k + 1; later < d.last && maximal; ++later) {
      maximal = !t.happens_before(event_id(k), event_id(later));
    }
    if (maximal) return false;
  }
  return true;
}

// The cut as it is before the resolution and, where it was executed, the reversed operation.
cut_view exhaustive::without_decided(const execution& t, const decision& d, event_id reversed,
                                     cut_view cut) {
  without_.assign(cut.begin(), cut.end());
  const event& resolution = t.at(event_id(d.last));
  without_[index_of(resolution.thread)] = resolution.index;
  if (reversed != no_event) without_[index_of(t.at(reversed).thread)] = t.at(reversed).index;
  return without_;
}

// Proposes the decision's reversal: `op` of thread `by` goes before the resolution. `cut` holds the
// events up to the resolution, the operation's past, and the operation if it was executed.
void exhaustive::propose(const parent& from, const decision& d, cut_view cut, thread_id by,
                         const operation& op, event_id reversed) {
  const execution& t = from.t;
  const event& resolution = t.at(event_id(d.last));
  const bool guarded = waits_on_gate(resolution.op);
  const cut_view undecided = without_decided(t, d, reversed, cut);
  if (!is_open_at(t, op, undecided)) return;
  if (d.last >= from.settled.from && subset(cut, from.settled.before)) {
    NORN_INVARIANT(!verify || !canonical_.is_canonical_from(t, cut, from.by_next));
    return;
  }
  const bool foreseen =
      !guarded && reversed != no_event && is_fixed(resolution) && is_fixed(t.at(reversed));
  if (foreseen && !would_be_canonical_maximum(t, d, reversed)) return;
  if (!canonical_.is_canonical_from(t, cut, from.by_next)) return;
  before_.assign(t.width(), 0);
  for (std::size_t i = 0; i < d.first; ++i) ++before_[index_of(from.steps[i].thread)];
  if (t.has_groups() && is_renaming(t, {before_, undecided, resolution.thread, by, guarded}))
    return;

  work_item& item = items_.push();
  item.proposed = true;
  item.touches = expected_of(t, reversed);
  proposal& p = item.proposal;
  item.steps.assign(from.steps.begin(), from.steps.begin() + d.first);
  p.block = d.first;
  order_.clear();
  append_in_order(t, before_, undecided, order_);
  for (const event_id e : order_) {
    item.steps.push_back(from.steps[index_of(e)]);
    item.steps.back().ends_block = item.steps.back().reversible = false;
  }
  p.reversed = static_cast<std::uint32_t>(item.steps.size());
  item.steps.push_back(plan(t, by, op));
  p.guarded = guarded;
  p.foreseen = foreseen;
  p.decides = resolution.thread;
  if (!guarded) item.steps.push_back(plan(t, resolution.thread, resolution.op));
  item.steps.back().ends_block = true;
}

}  // namespace norn::engine
