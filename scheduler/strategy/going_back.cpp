#include <norn/scheduler/strategy/going_back.hpp>

#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/item_recovery.hpp>

namespace norn::engine {

namespace {

// Items that were proposed once more when the outcomes of an operation were known (item_run::propose_alternatives):
// the one whose run proposed this one.
bool make_default(work_item& item) {
  if (!item.proposed) return false;
  planned_step& resolution = item.steps.back();
  planned_step& reversed = item.steps[item.proposal.reversed];
  planned_step& differs = resolution.alternative != 0 ? resolution : reversed;
  return std::exchange(differs.alternative, std::uint16_t{0}) != 0;
}

}  // namespace

void going_back::give_up() {
  stage_ = stage::exploring;
  answers_.clear();
}

work_item going_back::begin(work_item&& next) {
  if (next.role == item_role::rest) return find_parent(std::move(next));
  if (stage_ == stage::found) return return_to(std::move(next));
  return std::move(next);
}

work_item going_back::find_parent(work_item&& done) {
  NORN_INVARIANT(items_.waiting() == 0);
  from_ = std::move(done);
  from_.role = item_role::work;
  work_item before = from_;
  before.touches = 0;
  if (make_default(before)) return return_to(std::move(before));
  stage_ = stage::finding;
  if (before.proposed) {
    before.steps.resize(before.proposal.reversed);  // the resolution goes first again
  } else {
    before.steps.pop_back();  // by its default alternative
  }
  return before;
}

// Beyond the item without what was reversed: the resolution, then what was reversed unless that is blocked now,
// then what `next` chooses.
thread_id going_back::next_of_parent(const execution& so_far, std::size_t replayed) const {
  if (from_.proposed && so_far.size() == replayed) return from_.proposal.decides;
  if (from_.proposed && so_far.size() == replayed + 1) {
    const thread_id reversed = from_.steps[from_.proposal.reversed].thread;
    if (so_far.is_enabled(reversed)) return reversed;
  }
  return so_far.canonical_next();
}

// Where the bound on depth has cut the execution, the search is not complete anyway.
void going_back::found(const execution& t) {
  found_item its = item_of(t, answers_);
  stage_ = stage::exploring;
  if (its.reaches == found_item::extent::until_bound) return;
  stage_ = its.reaches == found_item::extent::whole ? stage::found : stage::asking;
  items_.push(std::move(its.item));
}

// Then the parent is sought once more.
void going_back::answered(const execution& t) {
  answers_.push_back(only_reads_its_gate(t, event_id(t.size() - 1)));
  stage_ = stage::exploring;
  work_item again = from_;
  again.role = item_role::rest;
  items_.push(std::move(again));
}

work_item going_back::return_to(work_item&& parent) {
  stage_ = stage::returning;
  answers_.clear();
  to_ = parent;
  return std::move(parent);
}

std::optional<divergence> going_back::keep_rest() {
  if (stage_ != stage::returning) return std::nullopt;
  stage_ = stage::exploring;
  if (items_.keep_after(from_, std::move(to_))) return std::nullopt;
  const planned_step& last = from_.steps.back();
  return divergence{from_.steps.size() - 1,
                    last.kind == nullptr ? "another operation" : last.kind->name,
                    "nothing: run again, an execution leads to others than before"};
}

}  // namespace norn::engine
