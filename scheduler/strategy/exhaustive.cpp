#include <norn/scheduler/strategy/exhaustive.hpp>

#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/strategy/verify.hpp>

namespace norn::engine {

namespace {

bool is_cut(const execution& done) {
  return done.outcome() == outcome::cut_off || done.outcome() == outcome::diverged;
}

}  // namespace

// --- what is left to do ---

void exhaustive::restart() {
  open_races_.drop();
  open_races_.forget_footprints();
  going_back_.give_up();
  repeated_.forget();
  run_.diverge(std::nullopt);
  share_nothing();  // what was recorded of the last execution is out of date
  items_.clear();
  items_.push();  // the root: nothing decided
}

void exhaustive::take(std::vector<work_item> items) {
  items_.take(std::move(items));
  open_races_.drop();
  going_back_.give_up();
}

bool exhaustive::settle() {
  if (going_back_.is_under_way() || open_races_.any_left() || repeated_.any_left()) return false;
  open_races_.put_in_order();
  return true;
}

bool exhaustive::begin_execution() {
  if (repeated_.any_left()) {
    share_nothing();
    work_item again;
    again.steps = repeated_.begin();
    take_up(std::move(again), purpose::repeat);
    return true;
  }
  if (auto prefix = open_races_.next_probe()) {
    take_up(std::move(*prefix), purpose::probe);
    return true;
  }
  open_races_.put_in_order();
  if (auto lost = going_back_.keep_rest()) {
    purpose_ = purpose::item;
    run_.diverge(std::move(lost));
    return true;
  }
  if (items_.size() > most_items_) items_.forget_coldest();
  if (items_.waiting() == 0) return false;
  take_up(going_back_.begin(items_.pop()), purpose::item);
  return true;
}

void exhaustive::take_up(work_item&& item, purpose of_run) {
  purpose_ = of_run;
  run_.take_up(std::move(item));
  learner_.rewind(run_.shared());
}

// --- a run ---

thread_id exhaustive::choose_thread(const execution& so_far) {
  if (run_.diverged()) return no_thread;
  if (purpose_ == purpose::repeat) return repeated_.choose_thread(so_far);
  if (run_.replays(so_far)) return run_.replay(so_far);
  if (purpose_ == purpose::probe) {
    open_races_.learn(so_far);
    return no_thread;
  }
  if (going_back_.finds()) return find_parent(so_far);
  if (going_back_.asks()) return no_thread;
  if (!run_.examine(so_far)) return no_thread;
  return run_.extend(so_far, so_far.canonical_next());
}

thread_id exhaustive::find_parent(const execution& so_far) {
  const thread_id next = going_back_.next_of_parent(so_far, run_.replayed());
  if (so_far.is_enabled(next)) return run_.extend(so_far, next);
  run_.diverge(
      divergence{so_far.size(), "an operation that was enabled before", "one that is blocked"});
  return no_thread;
}

std::uint16_t exhaustive::choose_alternative(const execution& so_far, std::uint16_t offered) {
  if (purpose_ == purpose::repeat) return repeated_.choose_alternative(so_far, offered);
  return run_.choose_alternative(so_far, offered);
}

execution_kind exhaustive::end_execution(const execution& done) {
  switch (purpose_) {
    case purpose::repeat:
      run_.diverge(repeated_.end(done));
      return execution_kind::repeated;
    case purpose::probe:
      if (!is_cut(done)) open_races_.learn(done);
      return execution_kind::probe;
    case purpose::item:
      break;
  }
  return end_item(done);
}

execution_kind exhaustive::end_item(const execution& done) {
  if (going_back_.asks() && done.size() == run_.replayed()) {
    going_back_.answered(done);
    return execution_kind::probe;
  }
  const bool whole = !is_cut(done) && run_.reached_end(done);
  if (whole && going_back_.finds()) {
    going_back_.found(done);
    return execution_kind::probe;
  }
  const bool accepted = whole && run_.examine(done);
  if (!accepted && !run_.is_out_of_date()) return execution_kind::probe;
  // What was learnt without knowing of a kind is out of date. From the root, nothing was learnt before.
  if (adaptive_.learn(done) && run_.replayed() != 0) {
    restart();
    return execution_kind::start_over;
  }
  NORN_INVARIANT(accepted);
  const bool as_planned = done.outcome() == outcome::completed && !run_.diverged();
  NORN_INVARIANT(!verify || !as_planned || run_.would_be_found(done));
  learner_.learn(done, run_.item(), run_.replayed());
  if (going_back_.is_under_way()) return execution_kind::probe;
  if (as_planned) repeated_.plan(done, run_.replayed() == 0);
  return execution_kind::execution;
}

}  // namespace norn::engine
