// Space that does not grow with the search (docs/decisions/0013-space.md). The items that wait are bounded in
// number: beyond the bound the coldest are forgotten, but for one, which stands for all that comes after it, up to
// what another searches. When its turn has come, the execution that proposed it is found (as a trace it follows from
// the item alone) and run again for what it proposes. What comes after the item is kept of that, and then the parent
// stands for the rest.
#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/scheduler/strategy/item_recovery.hpp>

namespace norn::engine {

namespace {

// Items that were proposed once more when the outcomes of an operation were known (propose_alternatives): the
// one whose run proposed this one.
bool make_default(work_item& item) {
  if (!item.proposed) return false;
  planned_step& resolution = item.steps.back();
  planned_step& reversed = item.steps[item.proposal.reversed];
  planned_step& differs = resolution.alternative != 0 ? resolution : reversed;
  return std::exchange(differs.alternative, std::uint16_t{0}) != 0;
}

}  // namespace

void exhaustive::go_back(work_item&& done) {
  NORN_INVARIANT(items_.waiting() == 0);
  gone_back_from_ = std::move(done);
  gone_back_from_.role = item_role::work;
  work_item before = gone_back_from_;
  before.touches = 0;
  if (make_default(before)) return return_to(std::move(before));
  stage_ = stage::finding;
  if (before.proposed) {
    before.steps.resize(before.proposal.reversed);  // the resolution goes first again
  } else {
    before.steps.pop_back();  // by its default alternative
  }
  take_up(std::move(before));
}

// Beyond the item without what was reversed: the resolution, then what was reversed unless that is blocked now,
// then what `next` chooses.
thread_id exhaustive::find_parent(const execution& so_far) {
  const work_item& from = gone_back_from_;
  thread_id next = so_far.canonical_next();
  if (from.proposed && so_far.size() == replayed_) {
    next = from.proposal.decides;
  } else if (from.proposed && so_far.size() == replayed_ + 1) {
    const thread_id reversed = from.steps[from.proposal.reversed].thread;
    if (so_far.is_enabled(reversed)) next = reversed;
  }
  if (so_far.is_enabled(next)) return extend(so_far, next);
  divergence_ =
      divergence{so_far.size(), "an operation that was enabled before", "one that is blocked"};
  return no_thread;
}

// Where the bound on depth has cut the execution, the search is not complete anyway.
execution_kind exhaustive::found_parent(const execution& t) {
  found_item its = item_of(t, answers_);
  stage_ = stage::exploring;
  if (its.reaches == found_item::extent::until_bound) return execution_kind::probe;
  stage_ = its.reaches == found_item::extent::whole ? stage::found : stage::asking;
  items_.push(std::move(its.item));
  return execution_kind::probe;
}

// Then the parent is sought once more.
execution_kind exhaustive::answered(const execution& t) {
  answers_.push_back(only_reads_its_gate(t, event_id(t.size() - 1)));
  stage_ = stage::exploring;
  work_item again = gone_back_from_;
  again.role = item_role::rest;
  items_.push(std::move(again));
  return execution_kind::probe;
}

void exhaustive::return_to(work_item&& item) {
  stage_ = stage::returning;
  answers_.clear();
  gone_back_to_ = item;
  take_up(std::move(item));
}

// What the parent has proposed is among the items now. False where the item gone back from is not.
bool exhaustive::forget_what_was_done() {
  stage_ = stage::exploring;
  if (items_.keep_after(gone_back_from_, std::move(gone_back_to_))) return true;
  const planned_step& last = gone_back_from_.steps.back();
  divergence_ = divergence{gone_back_from_.steps.size() - 1,
                           last.kind == nullptr ? "another operation" : last.kind->name,
                           "nothing: run again, an execution leads to others than before"};
  return false;
}

// The item that has just been run, as it would be found again.
bool exhaustive::is_item_of(const execution& t) const {
  work_item run = current_;
  run.steps.resize(replayed_);
  const found_item its = item_of(t, {});
  if (its.reaches == found_item::extent::until_question)
    return true;  // not to be told without running more
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
