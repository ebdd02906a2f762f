// The life of a thread of the model: it is created, started, runs its body and ends.
#include <exception>
#include <string>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/fiber_current.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/run/unwound.hpp>

namespace norn::engine {

model_thread& runner::begin_thread(thread_id id, const model_thread* creator, std::string_view name,
                                   int number, bool environment) {
  model_thread& t = threads_.make(id, creator, name, number);
  t.lifeline = creator == nullptr || environment ? no_object : creator->lifeline;
  execution_.create_thread(
      id, creator == nullptr || execution_.size() == 0 ? no_event : event_id(execution_.size() - 1),
      environment);
  if (!execution_.recorded()) {
    races_.note(synchronisation::create_thread, creator == nullptr ? no_thread : creator->id,
                object_slot(index_of(id)), execution_.size());
  }
  return t;
}

object_slot runner::add_end(object_id id, const char* type, std::string_view label) {
  objects_.add(type, std::string(settings_.narrate ? label : std::string_view()), nullptr);
  return execution_.add_object(id, 0);
}

void runner::create(thread_id id, std::string_view name, int number, thread_role role,
                    thread_id first) {
  const bool environment = role == thread_role::environment;
  model_thread& t = begin_thread(id, running_, name, number, environment);
  t.daemon = role == thread_role::daemon;
  if (first == no_thread) {
    t.end = add_end(name_of_object(id, end_of_thread), "thread", t.name);
  } else {
    t.end = id == first ? add_end(name_of_object(id, end_of_group), "threads",
                                  settings_.narrate ? std::string(name) + "/*" : "")
                        : threads_[first].end;
    if (role == thread_role::equal) execution_.set_group(id, first);
  }
}

void runner::start(std::span<const thread_id> created) {
  model_thread& creator = *running_;
  model_thread* next = &creator;
  for (std::size_t i = created.size(); i-- > 0;) {
    model_thread& child = threads_[created[i]];
    child.starter = std::exchange(next, &child);
  }
  running_ = next;
  fiber::switch_to(*creator.stack, *next->stack);
}

// The thread has been started.
void runner::leave_to_starter(model_thread& self) {
  running_ = std::exchange(self.starter, nullptr);
  fiber::switch_to(*self.stack, *running_->stack);
}

void runner::fiber_main(void* thread) {
  auto& self = *static_cast<model_thread*>(thread);
  for (;;) current_runner->thread_main(self);
}

void runner::thread_main(model_thread& self) {
  thread_state how = thread_state::finished;
  try {
    self.body();
  } catch (const unwound&) {
    how = thread_state::halted;
  } catch (const std::exception& e) {
    how = thread_state::halted;
    if (!taking_down_) {
      found_.violate("no_uncaught_exception",
                     std::string("an exception left the thread: ") + e.what(), execution_.size());
    }
  } catch (...) {
    how = thread_state::halted;
    if (!taking_down_) {
      found_.violate("no_uncaught_exception",
                     "an exception that is no std::exception left the thread", execution_.size());
    }
  }
  self.body.reset();
  if (self.halt_at_next_point) how = thread_state::halted;  // its last point has been passed
  finish(self, how);
}

// The end of a thread belongs to its last event, or to the event that created it when it had none.
void runner::finish(model_thread& self, thread_state how) {
  self.on_stack = false;
  if (taking_down_) {
    fiber::switch_to(*self.stack, *unwinds_);
    return;
  }
  if (how == thread_state::halted && is_killed(self)) how = thread_state::killed;
  if (how != thread_state::halted) note_end(self);
  execution_.set_state(self.id, how);
  if (self.id == main_thread) predicates_.end(how != thread_state::finished);
  if (self.starter != nullptr) {
    leave_to_starter(self);
    return;
  }
  close_event();
  hand_over(self, next());
}

}  // namespace norn::engine
