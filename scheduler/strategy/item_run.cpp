#include <norn/scheduler/strategy/item_run.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/footprint.hpp>
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

void item_run::take_up(work_item&& item) {
  const std::vector<planned_step>& then = item_.steps;
  const std::vector<planned_step>& now = item.steps;
  const std::size_t most = std::min(then.size(), now.size());
  shared_ = 0;
  while (shared_ < most && then[shared_].thread == now[shared_].thread &&
         then[shared_].alternative == now[shared_].alternative) {
    ++shared_;
  }
  items_.retire(item_);
  item_ = std::move(item);
  replayed_ = item_.steps.size();
  is_examined_ = is_accepted_ = is_out_of_date_ = false;
  divergence_.reset();
}

// --- a step ---

thread_id item_run::replay(const execution& so_far) {
  const std::size_t position = so_far.size();
  const planned_step& expected = item_.steps[position];
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

thread_id item_run::extend(const execution& so_far, thread_id next) {
  planned_step& s = item_.steps.emplace_back(plan(so_far, next, so_far.pending(next)));
  s.ends_block = s.reversible = true;
  return next;
}

std::uint16_t item_run::choose_alternative(const execution& so_far, std::uint16_t offered) {
  const std::size_t position = so_far.size() - 1;
  if (position >= replayed_) return 0;
  const std::uint16_t wanted = item_.steps[position].alternative;
  if (wanted < offered) return wanted;
  diverge(position, "only " + std::to_string(offered) + " alternatives where there were more");
  return 0;
}

void item_run::diverge(std::size_t position, std::string came) {
  const planned_step& expected = item_.steps[position];
  const char* const kind = expected.kind == nullptr ? "another operation" : expected.kind->name;
  divergence_ = divergence{position, kind, std::move(came)};
}

// --- what the item came to ---

bool item_run::examine_once(const execution& so_far) {
  is_examined_ = true;
  is_accepted_ = touches_what_is_expected(so_far);
  if (!is_accepted_ || !item_.proposed) return is_accepted_;
  propose_alternatives(so_far);
  is_accepted_ = is_as_proposed(so_far);
  // Else a kind is not as fixed as it says.
  NORN_INVARIANT(is_accepted_ || !item_.proposal.foreseen);
  planned_step& resolution = item_.steps[replayed_ - 1];
  // An event that was put before others on its gate has no children; its decision's root has them.
  resolution.reversible = !item_.proposal.guarded && resolution.alternative == 0;
  return is_accepted_;
}

// Holds the item's checked step against what its proposer has seen of it.
bool item_run::touches_what_is_expected(const execution& so_far) {
  if (item_.touches == 0) return true;
  const std::size_t position = item_.checked();
  const auto checked = event_id(position);
  const event& e = so_far.at(checked);
  const bool other_alternative = item_.steps[position].alternative != 0;
  const auto fail = [&](divergence::cause why) {
    divergence_ = divergence{position, e.op.kind->name, "", why};
    return false;
  };
  if (other_alternative) {
    if (item_.touches == accesses_made(so_far, checked)) return true;
    return fail(divergence::cause::unequal_alternatives);
  }
  const std::uint64_t touches =
      adaptive_.is_bounded(e) ? reach_announced(so_far, checked) : objects_touched(so_far, checked);
  if (item_.touches == touches) return true;
  if (adaptive_.is_adaptive(e) && !adaptive_.is_bounded(e)) return true;
  if (!e.has_extra_accesses) return fail(divergence::cause::undeclared_footprint);
  is_out_of_date_ = true;
  return false;
}

bool item_run::is_as_proposed(const execution& so_far) const {
  const proposal& p = item_.proposal;
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
bool item_run::reversed_is_canonical_maximum(const execution& so_far) const {
  const proposal& p = item_.proposal;
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
void item_run::propose_alternatives(const execution& so_far) {
  const auto propose_others = [&](std::size_t position) {
    const event& e = so_far.at(event_id(position));
    if (e.alternative != 0) return;
    const std::uint64_t touches =
        e.alternatives > 1 ? accesses_made(so_far, event_id(position)) : 0;
    for (std::uint16_t a = 1; a < e.alternatives; ++a) {
      work_item& other = items_.push();
      other.touches = touches;
      other.steps.assign(item_.steps.begin(),
                         item_.steps.begin() + static_cast<std::ptrdiff_t>(replayed_));
      other.proposed = true;
      other.proposal = item_.proposal;
      other.steps[position].alternative = a;
    }
  };
  const std::size_t last = replayed_ - 1;
  if (last != item_.proposal.reversed) propose_others(last);
  // The reversed operation comes first: what follows it is proposed anew in each of its outcomes.
  if (so_far.at(event_id(last)).alternative == 0) propose_others(item_.proposal.reversed);
}

bool item_run::reached_end(const execution& done) {
  if (done.size() >= replayed_) return true;
  if (done.outcome() == outcome::completed) {
    diverge(done.size(), "nothing: the execution had ended");
  }
  return false;
}

bool item_run::would_be_found(const execution& t) const {
  work_item run = item_;
  run.steps.resize(replayed_);
  const found_item its = item_of(t, {});
  if (its.reaches == found_item::extent::until_question) return true;
  const work_item& found = its.item;
  if (!same_steps(found, run) || found.proposed != run.proposed) return false;
  for (std::size_t i = 0; i < replayed_; ++i) {
    if (found.steps[i].reversible != run.steps[i].reversible) return false;
  }
  const proposal& p = found.proposal;
  const proposal& q = run.proposal;
  return !run.proposed || (p.block == q.block && p.reversed == q.reversed &&
                           p.guarded == q.guarded && p.decides == q.decides);
}

}  // namespace norn::engine
