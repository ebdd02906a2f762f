#include <norn/scheduler/strategy/exhaustive.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/item_recovery.hpp>

namespace norn::engine {

namespace {

bool is_as_planned(const execution& t, const planned_step& planned) {
  const operation& op = t.pending(planned.thread);
  const planned_step now = plan(t, planned.thread, op);
  if (planned.kind == nullptr) return check_of(now) == check_of(planned);
  return now.kind == planned.kind && now.object == planned.object;
}

}  // namespace

// --- what is left to do ---

void exhaustive::restart() {
  items_.clear();
  open_races_.clear();
  footprints_.clear();
  divergence_.reset();
  repeated_.forget();
  probing_ = out_of_order_ = false;
  stage_ = stage::exploring;
  answers_.clear();
  items_.retire(current_);  // what was recorded of it is out of date
  items_.push();            // the root: nothing decided
}

void exhaustive::take(std::vector<work_item> items) {
  items_.take(std::move(items));
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

bool exhaustive::begin_execution() {
  examined_ = rejected_ = starts_over_ = false;
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
  if (items_.size() > most_items_) items_.forget_coldest();
  if (items_.waiting() == 0) return false;
  work_item next = items_.pop();
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
  items_.retire(current_);
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
  return extend(so_far, so_far.canonical_next());
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
  if (examined_) return !rejected_;
  examined_ = true;
  rejected_ = !touches_what_is_expected(so_far);
  if (rejected_ || !current_.proposed) return !rejected_;
  propose_alternatives(so_far);
  rejected_ = !accepted(so_far);
  NORN_INVARIANT(
      !(rejected_ && current_.proposal.foreseen));  // else a kind is not as fixed as it says
  planned_step& resolution = current_.steps[replayed_ - 1];
  // An event that was put before others on its gate has no children; its decision's root has them.
  resolution.reversible = !current_.proposal.guarded && resolution.alternative == 0;
  return !rejected_;
}

// Holds the item's checked step against what its proposer has seen of it.
bool exhaustive::touches_what_is_expected(const execution& so_far) {
  if (current_.touches == 0) return true;
  const std::size_t position = current_.checked();
  const auto checked = event_id(position);
  const event& e = so_far.at(checked);
  const bool other_alternative = current_.steps[position].alternative != 0;
  const auto fail = [&](divergence::cause why) {
    divergence_ = divergence{position, e.op.kind->name, "", why};
    return false;
  };
  if (other_alternative) {
    if (current_.touches == accesses_made(so_far, checked)) return true;
    return fail(divergence::cause::unequal_alternatives);
  }
  if (current_.touches == objects_touched(so_far, checked) || is_adaptive(e)) return true;
  if (!e.has_extra_accesses) return fail(divergence::cause::undeclared_footprint);
  starts_over_ = learn_kinds_with_extra_accesses(so_far);
  NORN_INVARIANT(starts_over_);
  return false;
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

// The proposer could not know how many alternatives the reversed operation, and the resolution after
// it, would offer here.
void exhaustive::propose_alternatives(const execution& so_far) {
  const auto propose_others = [&](std::size_t position) {
    const event& e = so_far.at(event_id(position));
    if (e.alternative != 0) return;
    const std::uint64_t touches =
        e.alternatives > 1 ? accesses_made(so_far, event_id(position)) : 0;
    for (std::uint16_t a = 1; a < e.alternatives; ++a) {
      work_item& other = items_.push();
      other.touches = touches;
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

}  // namespace norn::engine
