#include <norn/scheduler/run/runner.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <stdexcept>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/fiber_current.hpp>
#include <norn/scheduler/run/terminate.hpp>
#include <norn/scheduler/run/unwound.hpp>

namespace norn::engine {

namespace {

// A thread that keeps catching the exception that unwinds it would never end.
constexpr std::uint32_t unwind_attempts_allowed = 100;

}  // namespace

runner* runner::current() { return current_runner; }

runner& runner::required(const char* what) {
  if (runner* const r = current_runner) return *r;
  throw std::logic_error(
      std::string("norn: ") + what +
      " outside the body of a check; objects and threads of the model exist only "
      "while a check runs: create and use them inside its body");
}

// --- one execution ---

const execution& runner::run(const std::function<void()>& program, strategy& chooses) {
  NORN_INVARIANT(current_runner == nullptr);
  reset(chooses.shared_prefix());
  strategy_ = &chooses;
  program_ = &program;
  current_runner = this;
  running_now_.store(true, std::memory_order_relaxed);

  model_thread& main = begin_thread(main_thread, nullptr, "main", -1, false);
  main.end = add_end(name_of_object(main.id, end_of_thread), "thread", main.name);
  main.body.emplace([this] { (*program_)(); });
  running_ = &main;
  leave_home(*main.stack);

  check_deadlock();
  check_races();
  unwind_unfinished();
  ghosts_.end_execution();
  running_ = nullptr;
  running_now_.store(false, std::memory_order_relaxed);
  current_runner = nullptr;
  return execution_;
}

void runner::reset(std::size_t kept) {
  locals_.clear();
  execution_.rewind(kept);
  races_.rewind(kept);
  threads_.begin_execution();
  alone_among_ = 0;
  objects_.clear();
  found_.clear();
  narrations_.clear();
  predicates_.begin_execution(kept);
  diverged_.reset();
  faults_.begin_execution();
  taking_down_ = false;
}

// --- a step ---

void runner::announce(const operation& op) {
  model_thread& self = *running_;
  if (predicates_.observing()) {
    predicates_.report_operation(std::string("an operation (") + op.kind->name + ")");
    stop();
  }
  if (self.halt_at_next_point) {
    park_for_good();
    if (op.kind->nothrow) return;
    unwind();
  }
  if (self.starter == nullptr) close_event();
  execution_.announce(self.id, op);
  if (self.lifeline != no_object && op.guard.exists() && op.guard.revocable) {
    execution_.set_lifeline(self.id, self.lifeline);
  }
  if (self.starter != nullptr) {
    leave_to_starter(self);
  } else {
    hand_over(self, next());
  }
  if (self.unwinding) {
    if (op.kind->nothrow) return;
    unwind();
  }
  begin_event(self);
}

// A failed thread keeps its stack: other threads may go on using what lives there.
void runner::park_for_good() {
  model_thread& self = *running_;
  execution_.set_state(self.id, thread_state::halted);
  if (self.starter != nullptr) {
    leave_to_starter(self);
  } else {
    close_event();
    hand_over(self, next());
  }
}

void runner::stop() {
  if (!running_->unwinding) park_for_good();
  unwind();
}

void runner::hand_over(model_thread& self, model_thread* to) {
  if (to == &self) return;
  if (to == nullptr) {
    fiber::switch_to(*self.stack, home_);
  } else {
    running_ = to;
    fiber::switch_to(*self.stack, *to->stack);
  }
  running_ = &self;
}

// The worker's own stack comes back where the execution is over, and where something is to be called on it.
void runner::leave_home(fiber& to) {
  fiber::switch_to(home_, to);
  while (asked_outside_.call != nullptr) {
    const auto asked = std::exchange(asked_outside_, {});
    current_runner = nullptr;
    asked.call(asked.with);
    current_runner = this;
    fiber::switch_to(home_, *running_->stack);
  }
}

void runner::call_outside(void (*call)(void*), void* with) {
  asked_outside_ = {call, with};
  fiber::switch_to(*running_->stack, home_);
}

run_local_slot& runner::find_worker_local(const void* key,
                                          std::unique_ptr<run_local_slot> (*make)()) {
  for (const auto& [known, slot] : worker_locals_) {
    if (known == key) return *slot;
  }
  return *worker_locals_.emplace_back(key, make()).second;
}

model_thread* runner::next() {
  for (;;) {
    model_thread* const chosen = choose_next();
    if (chosen == nullptr || !is_killed(*chosen)) return chosen;
    cut_short(*chosen);
  }
}

model_thread* runner::choose_next() {
  heartbeat_.store(heartbeat_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (!misuse().empty() || misnumbered()) {
    execution_.set_outcome(outcome::cut_off);
    return nullptr;
  }
  if (execution_.next_is_recorded() && execution_.can_repeat()) {
    return &threads_[execution_.next_recorded().thread];
  }
  return choose_anew();
}

model_thread* runner::choose_anew() {
  if (execution_.next_is_recorded() || !execution_.fits_record()) return diverge_from_record();
  if (execution_.canonical_next() == no_thread) {
    execution_.set_outcome(outcome::completed);
    return nullptr;
  }
  if (execution_.size() >= settings_.depth) {
    execution_.set_outcome(outcome::too_deep);
    return nullptr;
  }
  const thread_id chosen = strategy_->choose_thread(execution_);
  if (chosen == no_thread) {
    execution_.set_outcome(strategy_->diverged() ? outcome::diverged : outcome::cut_off);
    return nullptr;
  }
  NORN_INVARIANT(execution_.is_enabled(chosen));
  return &threads_[chosen];
}

// The program did not do again what it did in the execution before.
model_thread* runner::diverge_from_record() {
  if (!execution_.fits_record()) {
    const bool more = execution_.next_is_recorded();
    return diverge(execution_.size() - (more ? 0 : 1),
                   more ? execution_.next_recorded() : execution_.last(),
                   "objects that were made in another order, or fewer");
  }
  const event& expected = execution_.next_recorded();
  const thread_id t = expected.thread;
  if (execution_.state(t) != thread_state::parked) {
    return diverge(execution_.size(), expected, "nothing: the thread has no next operation");
  }
  const operation& op = execution_.pending(t);
  if (op.kind != expected.op.kind || op.object != expected.op.object) {
    return diverge(execution_.size(), expected, op.kind->name);
  }
  return diverge(execution_.size(), expected, std::string(op.kind->name) + ", which is blocked");
}

model_thread* runner::diverge(std::size_t step, const event& expected, std::string came) {
  diverged_ = divergence{step, expected.op.kind->name, std::move(came)};
  execution_.set_outcome(outcome::diverged);
  return nullptr;
}

void runner::watch_event() {
  if (settings_.narrate) narrations_.emplace_back();
  if (execution_.size() == settings_.break_at) std::raise(SIGTRAP);
}

std::uint16_t runner::choose(std::uint32_t offered) {
  NORN_INVARIANT(offered >= 1 && offered <= 0xffff);
  const auto n = static_cast<std::uint16_t>(offered);
  if (execution_.recorded()) {
    const event& expected = execution_.last();
    if (n == expected.alternatives) return expected.alternative;
    if (!diverged_) {
      diverged_ = divergence{execution_.size() - 1, expected.op.kind->name,
                             std::to_string(n) + " alternatives where there were " +
                                 std::to_string(expected.alternatives)};
    }
    return 0;
  }
  const std::uint16_t chosen = strategy_->choose_alternative(execution_, n);
  NORN_INVARIANT(chosen < n);
  execution_.set_alternative(chosen, n);
  return chosen;
}

// The search takes what was announced for all that the operation can touch.
void runner::hold_against_announced(const engine::access& a) {
  const event& e = execution_.last();
  const auto all = execution_.announced(e);
  if (std::any_of(all.begin(), all.end(),
                  [&](const engine::access& most) { return covers(most, a); }))
    return;
  report_misuse(std::string(e.op.kind->name) + " touches " + objects_.name_of(a.object) +
                ", or a part of it, in a way that it has not announced: the search would miss "
                "executions.\n  let the model announce all that the operation can touch, before "
                "its first access (docs/writing-a-model.md)");
}

void runner::record_access(object_slot o, access_mode mode, std::uint8_t update_class,
                           region where) {
  execution_.add_access({o, mode, update_class, where});
  if (mode == access_mode::read) return;
  // Writes to what a predicate observes depend on one another: the predicate can tell their order
  // apart even where nothing else can.
  std::uint64_t observers = predicates_.observers_of(o);
  if (observers == 0) return;
  predicates_.touch(o);
  for (; observers != 0; observers &= observers - 1) {
    const auto i = static_cast<std::size_t>(__builtin_ctzll(observers));
    execution_.add_access({predicates_.stand_in(i), access_mode::write, 0, region::whole()});
    execution_.mark_extra_accesses();
  }
}

void runner::access_by_destruction(object_slot o) {
  if (execution_.recorded()) return;
  const std::uint64_t changed = predicates_.changed();
  record_access(o, access_mode::write, 0, region::whole());
  predicates_.set_changed(changed);
}

void runner::access_of_destroyed(object_slot o) {
  access(o, access_mode::write, 0, region::whole());
  if (!execution_.recorded()) execution_.mark_cut_short();
}

void runner::add_extra_access(object_slot o, access_mode mode) {
  if (execution_.recorded()) return;
  access(o, mode, 0, region::whole());
  execution_.mark_extra_accesses();
}

bool runner::may_add_extra_access() const {
  if (running_->starter != nullptr) return false;
  const event& last = execution_.last();
  return last.alternatives == 1 && !(last.op.guard.exists() && last.op.guard.revocable);
}

// --- the end of an execution ---

void runner::unwind() {
  model_thread& self = *running_;
  self.unwinding = true;
  if (++self.unwind_attempts > unwind_attempts_allowed) {
    report_misuse(
        "a thread keeps catching the exception that ends it; a handler `catch (...)` must rethrow");
    taking_down_ = true;
    self.lost = true;
    fiber::switch_to(*self.stack, *unwinds_);
  }
  throw unwound{};
}

// Nothing is enabled, yet a thread that is no daemon has more to do. After a failure that is only a consequence.
void runner::check_deadlock() {
  if (execution_.outcome() != outcome::completed || execution_.halted_any()) return;
  for (const thread_id t : threads_.created()) {
    const model_thread& each = threads_[t];
    if (execution_.state(t) == thread_state::parked && !each.daemon && !is_killed(each)) {
      found_.violate("no_deadlock", "no thread can go on", execution_.size());
      return;
    }
  }
}

void runner::check_races() {
  const auto race = races_.find();
  if (!race) return;
  const auto line = [&](event_id which, bool writes) {
    const event& e = execution_.at(which);
    return std::string("\n  ") + (writes ? "write  " : "read   ") + threads_.name_of(e.thread) +
           "  " + e.op.where.file + ":" + std::to_string(e.op.where.line);
  };
  found_.violate("no_data_race",
                 "data race on " + objects_.name_of(race->object) +
                     line(race->earlier, race->earlier_wrote) +
                     line(race->later, race->later_writes) + "\n  neither happens before the other",
                 index_of(race->later) + 1);
}

// Threads that are still parked (blocked for good, or cut off) are resumed once more, to throw, so
// that what their stacks own is released. In the reverse order of creation: a thread's stack may
// refer to what its creator's stack holds.
void runner::unwind_unfinished() {
  taking_down_ = true;
  for (std::size_t i = threads_.created().size(); i-- > 0;)
    unwind_stack(threads_[threads_.created()[i]]);
}

void runner::unwind_stack(model_thread& of) {
  if (!of.on_stack || of.lost) return;
  const terminate_means_give_up handler(&runner::give_up_stack);
  of.unwinding = true;
  running_ = &of;
  unwinds_a_stack_ = true;
  unwinds_ == &home_ ? leave_home(*of.stack) : fiber::switch_to(*unwinds_, *of.stack);
  unwinds_a_stack_ = false;
}

// A thread that was parked in an operation of a destructor cannot be unwound: the exception may not
// leave. What its stack owns is lost, and the fiber with it.
void runner::give_up_stack() {
  if (current() == nullptr || !current()->unwinds_a_stack_) {
    if (const auto handler = terminate_means_give_up::otherwise()) handler();
    std::abort();
  }
  // The exception is at an end; std::terminate was called in its handler.
  if (std::current_exception() != nullptr) abi::__cxa_end_catch();
  runner& r = *current();
  r.running_->lost = true;
  fiber::switch_to(*r.running_->stack, *r.unwinds_);
  std::abort();
}

// --- objects ---

object_id runner::next_object_id() {
  if (locals_.makes_one()) return locals_.next_object_id();
  return name_of_object(running_->id, running_->objects_made++);
}

object_slot runner::add_object(const char* type, std::string_view label, std::uint64_t word,
                               object_home home, const void* address) {
  if (predicates_.observing()) {
    if (!locals_.makes_one()) {
      predicates_.report_operation(std::string("a ") + type + " is made");
      stop();
    }
    predicates_.note_made();
  }
  const object_id id = next_object_id();
  const object_slot slot = execution_.add_object(id, word);
  const bool of_a_process = home == object_home::memory && !running_->makes_shared_memory;
  objects_.add(type, std::string(settings_.narrate ? label : std::string_view()), address,
               of_a_process ? object_records::unused : object_records::anyone);
  predicates_.add_object(slot, id);
  return slot;
}

// The body of the check is no part of what it sets up and looks at: while the program does not run beside it, it uses
// nothing.
void runner::use_memory(object_slot o) {
  if (is_only_thread_of_program() || objects_.use(o, running_->id, running_->process)) return;
  const model_thread& other = threads_[objects_.user_of(o)];
  report_misuse(objects_.name_of(o) + " is in the memory of one process, and two use it: " +
                threads_.name_of(other.id) + " of process `" + other.where.process + "` and " +
                threads_.name_of(running_->id) + " of process `" + running_->where.process +
                "`.\n  give each process its own (norn::process_local), or make it while a "
                "norn::shared_memory lives, if it is to be in memory that processes share");
  stop();
}

void runner::remove_object(object_slot o, const void* address) {
  if (!alive(o, address)) return;
  objects_.remove(o);
  predicates_.drop_readers_of(o);
}

bool runner::has_ended_before(const model_thread& other, cut_view past) const {
  if (other.ended_in == no_event) return false;
  const event& end = execution_.at(other.ended_in);
  return past[index_of(end.thread)] > end.index;
}

// The main thread, where every other one that it causally knows of is a fault's or has ended in its past.
bool runner::is_only_thread_of_program() const {
  if (running_->id != main_thread) return false;
  if (execution_.size() == 0) return true;
  const cut_view past = execution_.clock(event_id(execution_.size() - 1));
  const std::vector<thread_id>& all = threads_.created();
  return std::all_of(all.begin(), all.end(), [&](thread_id t) {
    return t == main_thread || execution_.is_environment(t) || has_ended_before(threads_[t], past);
  });
}

// Whether nothing can run beside the thread: every other thread that it causally knows of has ended
// in its past. A function of the causal past, so the same in every equivalent execution.
bool runner::runs_alone() {
  if (running_->id != main_thread) return false;
  if (execution_.size() == 0) return true;
  const cut_view past = execution_.clock(event_id(execution_.size() - 1));
  for (; alone_among_ < threads_.created().size(); ++alone_among_) {
    const thread_id t = threads_.created()[alone_among_];
    if (t == main_thread) continue;
    if (!has_ended_before(threads_[t], past)) return false;
  }
  return true;
}

// --- properties ---

void runner::violate(std::string_view property, std::string_view message) {
  if (!taking_down_) found_.violate(property, message, execution_.size());
}

void runner::halt(std::string_view property, std::string_view message) {
  violate(property, message);
  stop();
}

void runner::fail_at_next_point(std::string_view property, std::string_view message) {
  if (taking_down_ || running_->unwinding) return;
  found_.violate(property, message, execution_.size());
  running_->halt_at_next_point = true;
}

// What the predicate sees now, and which writes it sees from now on, must not depend on what runs beside.
void runner::add_predicate(const char* name, std::function<bool()> holds) {
  if (predicates_.observing() || !runs_alone()) {
    report_misuse(
        std::string("always(\"") + name +
        "\") is stated while other threads run, or within a predicate: state it in the main "
        "thread, before the first of them is started or after all have been joined");
    predicates_.stop_observing();
    stop();
  }
  if (predicates_.size() == predicates::allowed) {
    report_misuse("more than 64 always predicates in one execution: state several claims as one");
    stop();
  }
  const object_slot stand_in = execution_.add_object(next_object_id(), 0);
  objects_.add("predicate", name, nullptr);
  predicates_.add(name, std::move(holds), stand_in);
  predicates_.evaluate(predicates_.size() - 1, execution_.size(), false);
}

void runner::observe(object_slot o, const void* address) {
  if (!alive(o, address)) {
    predicates_.report_destroyed();
    stop();
  }
  predicates_.observe(o, execution_.name_of(o), has_events());
}

void runner::reevaluate_readers_of(object_slot o) {
  predicates_.evaluate_all(predicates_.observers_of(o), execution_.size(), false);
}

}  // namespace norn::engine
