#include <norn/scheduler/strategy/proposer.hpp>

#include <algorithm>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/footprint.hpp>
#include <norn/scheduler/strategy/item_recovery.hpp>
#include <norn/scheduler/strategy/symmetry.hpp>
#include <norn/scheduler/strategy/verify.hpp>

namespace norn::engine {

void proposer::propose(const parent& from, const decision& d, cut_view cut, thread_id by,
                       const operation& op, event_id reversed) {
  const execution& t = from.t;
  const std::vector<planned_step>& steps = from.item.steps;
  const event& resolution = t.at(event_id(d.last));
  const bool guarded = waits_on_gate(resolution.op);
  const cut_view undecided = without_decided(t, d, cut, reversed);
  if (!is_open_at(t, op, undecided)) return;
  if (from.settled.covers(d, cut)) {
    NORN_INVARIANT(!verify || !canonical_.is_canonical_from(t, cut, from.by_next));
    return;
  }
  const bool foreseen = !guarded && reversed != no_event && adaptive_.is_fixed(resolution) &&
                        adaptive_.is_fixed(t.at(reversed));
  if (foreseen && !would_be_canonical_maximum(t, d, reversed)) return;
  if (!canonical_.is_canonical_from(t, cut, from.by_next)) return;
  before_.assign(t.width(), 0);
  for (std::size_t i = 0; i < d.first; ++i) ++before_[index_of(steps[i].thread)];
  if (t.has_groups() && is_renaming(t, {before_, undecided, resolution.thread, by, guarded}))
    return;

  work_item& item = items_.push();
  item.proposed = true;
  item.touches = expected_of(t, reversed);
  proposal& p = item.proposal;
  item.steps.assign(steps.begin(), steps.begin() + d.first);
  p.block = d.first;
  order_.clear();
  append_in_order(t, before_, undecided, order_);
  for (const event_id e : order_) {
    item.steps.push_back(steps[index_of(e)]);
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

// The cut as it is before the resolution and, where it was executed, the reversed operation.
cut_view proposer::without_decided(const execution& t, const decision& d, cut_view cut,
                                   event_id reversed) {
  without_.assign(cut.begin(), cut.end());
  const event& resolution = t.at(event_id(d.last));
  without_[index_of(resolution.thread)] = resolution.index;
  if (reversed != no_event) without_[index_of(t.at(reversed).thread)] = t.at(reversed).index;
  return without_;
}

// What item_run::reversed_is_canonical_maximum will say, before the item is run: `d` is the decision in which the
// resolution still comes before the reversed event, and both do what they did in any order.
bool proposer::would_be_canonical_maximum(const execution& t, const decision& d,
                                          event_id reversed) const {
  const event& resolution = t.at(event_id(d.last));
  const event& w = t.at(reversed);
  const auto comes_before_w = [&](event_id k) {
    if (contains(t.clock_before(w.thread, w.index), t.at(k))) return true;
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

// What the reversed operation will touch; 0 where it is not known.
std::uint64_t proposer::expected_of(const execution& t, event_id reversed) const {
  if (reversed == no_event) return 0;
  if (adaptive_.is_bounded(t.at(reversed))) return reach_announced(t, reversed);
  if (adaptive_.is_adaptive(t.at(reversed))) return 0;
  return objects_touched(t, reversed);
}

}  // namespace norn::engine
