#include <norn/scheduler/strategy/exhaustive.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/decisions.hpp>
#include <norn/scheduler/strategy/symmetry.hpp>

namespace norn {

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

bool is_as_planned(const execution& t, const planned_step& planned) {
  const operation& op = t.pending(planned.thread);
  const planned_step now = plan(t, planned.thread, op);
  if (planned.kind == nullptr) return check_of(now) == check_of(planned);
  return now.kind == planned.kind && now.object == planned.object;
}

// `before` and `after` conflict with nothing in between that would order them anyway.
bool immediate(const execution& t, event_id before, event_id after) {
  const event& later = t.at(after);
  if (happens_after_own(t, t.clock_before(later.thread, later.index), before)) return false;
  const auto between = t.predecessors(later);
  return std::none_of(between.begin(), between.end(),
                      [&](event_id p) { return p != before && t.happens_before(before, p); });
}

// So many events had begun when the operation's guard was open for the first time: without any write of the guard's
// object among them it would not have been.
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

// --- the frontier ---

void exhaustive::restart() {
  items_.clear();
  open_races_.clear();
  footprints_.clear();
  divergence_.reset();
  repeated_.forget();
  probing_ = out_of_order_ = false;
  stage_ = stage::exploring;
  answers_.clear();
  retire(current_);  // what was recorded of it is out of date
  push();            // the root: nothing decided
}

void exhaustive::take(std::vector<work_item> items) {
  items_ = std::move(items);
  open_races_.clear();
  out_of_order_ = false;
  stage_ = stage::exploring;
  answers_.clear();
}

bool exhaustive::settle() {
  if (stage_ != stage::exploring || !open_races_.empty() || repeated_.any_left()) return false;
  put_in_order();
  return true;
}

std::vector<work_item> exhaustive::give() {
  const std::size_t waiting = items_.size() - first_waiting();
  if (waiting < 2) return {};
  const auto middle = items_.begin() + static_cast<std::ptrdiff_t>(first_waiting() + waiting / 2);
  std::vector<work_item> given(std::make_move_iterator(items_.begin()),
                               std::make_move_iterator(middle));
  items_.erase(items_.begin(), middle);
  items_.insert(items_.begin(), given.back());
  const bool rest = given.back().role == item_role::rest;
  items_.front().role = rest ? item_role::end_after : item_role::end_before;
  return given;
}

work_item& exhaustive::push() {
  if (spares_.empty()) {
    items_.emplace_back();
  } else {
    items_.push_back(std::move(spares_.back()));
    spares_.pop_back();
  }
  return items_.back();
}

void exhaustive::retire(work_item& item) {
  item.clear();
  constexpr std::size_t enough = 64;  // more come back where items are given by others
  if (spares_.size() < enough) spares_.push_back(std::move(item));
}

bool exhaustive::begin_execution() {
  examined_ = rejected_ = false;
  divergence_.reset();
  repeats_ = repeated_.any_left();
  if (repeats_) {
    share_nothing();
    work_item again;
    again.steps = repeated_.begin();
    take_up(std::move(again));
    return true;
  }
  probing_ = probe_next();
  if (probing_) return true;
  put_in_order();
  if (stage_ == stage::returning && !forget_what_was_done()) return true;
  if (items_.size() > most_items_) forget_coldest();
  if (items_.size() == first_waiting()) return false;
  work_item next = std::move(items_.back());
  items_.pop_back();
  if (next.role == item_role::rest) {
    go_back(std::move(next));
  } else if (stage_ == stage::found) {
    return_to(std::move(next));
  } else {
    take_up(std::move(next));
  }
  return true;
}

void exhaustive::take_up(work_item&& item) {
  const std::vector<planned_step>& then = current_.steps;
  const std::vector<planned_step>& now = item.steps;
  const std::size_t most = std::min(then.size(), now.size());
  shared_ = 0;
  while (shared_ < most && then[shared_].thread == now[shared_].thread &&
         then[shared_].alternative == now[shared_].alternative) {
    ++shared_;
  }
  cuts_known_ = std::min(cuts_known_, shared_);
  retire(current_);
  current_ = std::move(item);
  replayed_ = current_.steps.size();
}

// --- running an item ---

thread_id exhaustive::choose_thread(const execution& so_far) {
  if (divergence_) return no_thread;
  if (repeats_) return repeated_.choose_thread(so_far);
  if (so_far.size() < replayed_) return replay_step(so_far);
  if (probing_) {
    footprints_.learn(probed_, footprint_of_last(so_far));
    return no_thread;
  }
  if (stage_ == stage::finding) return find_parent(so_far);
  if (stage_ == stage::asking) return no_thread;
  if (!examine(so_far)) return no_thread;
  return extend(so_far, so_far.next_enabled());
}

thread_id exhaustive::replay_step(const execution& so_far) {
  const std::size_t position = so_far.size();
  const planned_step& expected = current_.steps[position];
  const bool exists = index_of(expected.thread) < so_far.thread_count() &&
                      so_far.state(expected.thread) == thread_state::parked;
  if (!exists) {
    diverge(position, "nothing: the thread has no next operation");
  } else if (!is_as_planned(so_far, expected)) {
    diverge(position, so_far.pending(expected.thread).kind->name);
  } else if (!so_far.is_enabled(expected.thread)) {
    diverge(position,
            std::string(so_far.pending(expected.thread).kind->name) + ", which is blocked");
  }
  return divergence_ ? no_thread : expected.thread;
}

void exhaustive::diverge(std::size_t position, std::string came) {
  const planned_step& expected = current_.steps[position];
  const char* const kind = expected.kind == nullptr ? "another operation" : expected.kind->name;
  divergence_ = divergence{position, kind, std::move(came)};
}

thread_id exhaustive::extend(const execution& so_far, thread_id next) {
  current_.steps.push_back(plan(so_far, next, so_far.pending(next)));
  current_.steps.back().ends_block = current_.steps.back().reversible = true;
  return next;
}

std::uint16_t exhaustive::choose_alternative(const execution& so_far, std::uint16_t offered) {
  if (repeats_) return repeated_.choose_alternative(so_far, offered);
  const std::size_t position = so_far.size() - 1;
  if (position >= replayed_) return 0;
  const std::uint16_t wanted = current_.steps[position].alternative;
  if (wanted < offered) return wanted;
  diverge(position, "only " + std::to_string(offered) + " alternatives where there were more");
  return 0;
}

// --- proposals ---

// Whether the item may go on. Called again and again beyond the block's end; looks once.
bool exhaustive::examine(const execution& so_far) {
  if (!current_.proposed || examined_) return !rejected_;
  examined_ = true;
  propose_alternatives(so_far);
  rejected_ = !accepted(so_far);
  NORN_INVARIANT(
      !(rejected_ && current_.proposal.foreseen));  // else a kind is not as fixed as it says
  planned_step& resolution = current_.steps[replayed_ - 1];
  // An event that was put before others on its gate has no children; its decision's root has them.
  resolution.reversible = !current_.proposal.guarded && resolution.alternative == 0;
  return !rejected_;
}

bool exhaustive::accepted(const execution& so_far) const {
  const proposal& p = current_.proposal;
  const auto lies_before = [&](std::size_t first, std::size_t last, std::size_t of) {
    for (std::size_t i = first; i < last; ++i) {
      if (!so_far.happens_before(event_id(i), event_id(of))) return false;
    }
    return true;
  };
  const std::size_t last = replayed_ - 1;
  if (!lies_before(p.block, last, last)) return false;
  return p.guarded || reversed_is_canonical_maximum(so_far);
}

// Of the block's maximal events before its resolution, the one that the resolution runs into last is
// the one that a parent reverses: without it, the resolution still runs into all the others.
bool exhaustive::reversed_is_canonical_maximum(const execution& so_far) const {
  const proposal& p = current_.proposal;
  const std::size_t last = replayed_ - 1;
  const event& resolution = so_far.at(event_id(last));
  const event& reversed = so_far.at(event_id(p.reversed));
  for (std::size_t k = p.block; k < last; ++k) {
    if (k == p.reversed) continue;
    if (!runs_into_later(so_far, resolution, so_far.at(event_id(k)), reversed)) continue;
    bool maximal = true;
    for (std::size_t later = k + 1; later < last && maximal; ++later) {
      maximal = !so_far.happens_before(event_id(k), event_id(later));
    }
    if (maximal) return false;
  }
  return true;
}

// The same, before it is run: `d` is the decision in which the resolution still comes before the
// reversed event, and both do what they did in any order.
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

// The proposer could not know how many alternatives the reversed operation, and the resolution after
// it, would offer here.
void exhaustive::propose_alternatives(const execution& so_far) {
  const auto propose_others = [&](std::size_t position) {
    const event& e = so_far.at(event_id(position));
    if (e.alternative != 0) return;
    for (std::uint16_t a = 1; a < e.alternatives; ++a) {
      work_item& other = push();
      other.steps.assign(current_.steps.begin(),
                         current_.steps.begin() + static_cast<std::ptrdiff_t>(replayed_));
      other.proposed = true;
      other.proposal = current_.proposal;
      other.steps[position].alternative = a;
    }
  };
  const std::size_t last = replayed_ - 1;
  if (last != current_.proposal.reversed) propose_others(last);
  // The reversed operation comes first: what follows it is proposed anew in each of its outcomes.
  if (so_far.at(event_id(last)).alternative == 0) propose_others(current_.proposal.reversed);
}

// --- learning from an execution ---

lesson exhaustive::end_execution(const execution& done) {
  if (repeats_) {
    divergence_ = repeated_.end(done);
    return lesson::repeated;
  }
  if (probing_) {
    if (done.outcome() != outcome::cut_off && done.outcome() != outcome::diverged) {
      footprints_.learn(probed_, footprint_of_last(done));
    }
    return lesson::probe;
  }
  if (stage_ == stage::asking && done.size() == replayed_) return answered(done);
  if (done.outcome() == outcome::cut_off || done.outcome() == outcome::diverged)
    return lesson::probe;
  if (done.size() < replayed_) {
    if (done.outcome() == outcome::completed) {
      diverge(done.size(), "nothing: the execution had ended");
    }
    return lesson::probe;
  }
  if (stage_ == stage::finding) return found_parent(done);
  if (!examine(done)) return lesson::probe;
  const bool as_planned = done.outcome() == outcome::completed && !divergence_;
  NORN_INVARIANT(!verify || !as_planned || is_item_of(done));
  if (learn_carrying_kinds(done)) {
    restart();
    return lesson::start_over;
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
  if (stage_ != stage::exploring) return lesson::probe;
  if (as_planned) repeated_.plan(done, replayed_ == 0);
  return lesson::execution;
}

void exhaustive::propose_choices(const execution& t) {
  for (std::size_t i = replayed_; i < t.size(); ++i) {
    for (std::uint16_t a = 1; a < t.at(event_id(i)).alternatives; ++a) {
      work_item& other = push();
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

// The item's last block decided for something that `next` would not have done. From a cut that lies
// before that block, `next` would do it all the same, whatever else is outside the cut: as long as the
// thread that the block is about has been there since, and has waited for nothing since that may not
// yet have come.
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

  work_item& item = push();
  item.proposed = true;
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

}  // namespace norn
