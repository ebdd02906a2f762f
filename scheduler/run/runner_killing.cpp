// What a crash does to threads: which lifeline they have, and how the stacks of the killed are taken down.
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/run/unwound.hpp>

namespace norn::engine {

void runner::set_lifeline(object_slot lifeline) {
  model_thread& self = *running_;
  NORN_INVARIANT(self.starter != nullptr);
  self.lifeline = lifeline;
  if (lifeline == no_object) return;
  if (has_events()) access(lifeline, access_mode::read, 0, region::whole());
  if (is_killed(self)) throw unwound{};
}

std::size_t runner::kill(object_slot lifeline) {
  access(lifeline, access_mode::write, 0, region::whole());
  std::size_t killed = 0;
  // By identity, not in the order of creation, which concurrent creators may change.
  for (std::size_t i = 0; i < execution_.thread_count(); ++i) {
    const auto t = thread_id(i);
    model_thread& victim = threads_[t];
    const bool exists = execution_.state(t) != thread_state::absent;
    if (!exists || victim.lifeline != lifeline || victim.ended_in != no_event) continue;
    NORN_INVARIANT(&victim != running_);
    ++killed;
    note_end(victim);
    if (execution_.state(t) != thread_state::parked) continue;
    const guard& waits_for = execution_.pending(t).guard;
    if (waits_for.exists() && waits_for.revocable) {
      access(waits_for.object, access_mode::write, 0, region::whole());
    }
  }
  if (killed == 0) return 0;
  execution_.set_word(lifeline, 1);
  // As in the end of an execution: what their stacks own is released, and nothing else happens.
  fiber* const previous = std::exchange(unwinds_, running_->stack.get());
  const bool taking_down = std::exchange(taking_down_, true);
  model_thread* const self = running_;
  // A thread's identity is above its creator's, to whose stack it may refer.
  for (std::size_t i = threads_.size(); i-- > 0;) {
    model_thread& victim = threads_[thread_id(i)];
    if (victim.lifeline == lifeline) unwind_stack(victim);
  }
  running_ = self;
  taking_down_ = taking_down;
  unwinds_ = previous;
  return killed;
}

// The step of a thread that has been killed: it only learns that it has.
void runner::cut_short(model_thread& killed) {
  begin_event(killed);
  if (!execution_.recorded()) execution_.mark_cut_short();
  // It could not come before what its operation waited for.
  const guard& waited_for = execution_.last().op.guard;
  if (waited_for.exists()) access(waited_for.object, access_mode::read, 0, region::whole());
  if (narration* const text = narrating()) text->result = "killed";
  execution_.set_state(killed.id, thread_state::killed);
  close_event();
}

// Part of the current event.
void runner::note_end(model_thread& of) {
  if (execution_.size() != 0) {
    if (!execution_.recorded()) {
      execution_.add_access({of.end, access_mode::update, 0, region::whole()});
    }
    of.ended_in = event_id(execution_.size() - 1);
  }
  execution_.set_word(of.end, execution_.word(of.end) + 1);
  if (!execution_.recorded()) {
    races_.note(synchronisation::release_join, of.id, of.end, execution_.size());
  }
}

bool runner::awaits_end(object_slot o, thread_id t, std::size_t events) const {
  const model_thread& of = threads_[t];
  return o == of.end && (of.ended_in == no_event || index_of(of.ended_in) >= events);
}

}  // namespace norn::engine
