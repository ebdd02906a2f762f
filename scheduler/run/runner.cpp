#include <norn/scheduler/run/runner.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <exception>
#include <stdexcept>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/fiber_current.hpp>
#include <norn/scheduler/run/terminate.hpp>

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

runner::~runner() { locals_.clear(); }

// --- one execution ---

const execution& runner::run(const std::function<void()>& program, strategy& chooses) {
  NORN_INVARIANT(current_runner == nullptr);
  reset(chooses.shared_prefix());
  strategy_ = &chooses;
  program_ = &program;
  current_runner = this;
  running_now_.store(true, std::memory_order_relaxed);

  if (threads_.empty()) threads_.push_back(std::make_unique<model_thread>());
  model_thread& main = prepare_thread(main_thread, nullptr, "main", -1, false);
  main.end = add_end(name_of_object(main.id, end_of_thread), "thread", main.name);
  main.body.emplace([this] { (*program_)(); });
  running_ = &main;
  fiber::switch_to(home_, *main.stack);

  check_deadlock();
  check_races();
  unwind_unfinished();
  for (const ghost_change& each : ghost_changes_) settle(each);
  ghost_changes_.clear();
  running_ = nullptr;
  running_now_.store(false, std::memory_order_relaxed);
  current_runner = nullptr;
  return execution_;
}

void runner::reset(std::size_t kept) {
  locals_.clear();
  execution_.rewind(kept);
  races_.rewind(kept);
  created_.clear();
  alone_among_ = 0;
  objects_.clear();
  places_.clear();
  violations_.clear();
  narrations_.clear();
  names_.clear();
  predicates_.begin_execution(kept);
  misuse_.clear();
  cut_off_ = misnumbered_;
  diverged_.reset();
  declared_now_.clear();
  taking_down_ = false;
}

// --- a step ---

void runner::announce(const operation& op) {
  model_thread& self = *running_;
  if (predicates_.observing()) {
    report_misuse_in_predicate(std::string("an operation (") + op.kind->name + ") inside");
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

runner::model_thread* runner::next() {
  for (;;) {
    model_thread* const chosen = choose_next();
    if (chosen == nullptr || !is_killed(*chosen)) return chosen;
    cut_short(*chosen);
  }
}

runner::model_thread* runner::choose_next() {
  heartbeat_.store(heartbeat_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (cut_off_) {
    execution_.set_outcome(outcome::cut_off);
    return nullptr;
  }
  if (execution_.next_is_recorded() && execution_.can_repeat()) {
    return threads_[index_of(execution_.next_recorded().thread)].get();
  }
  return choose_anew();
}

runner::model_thread* runner::choose_anew() {
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
  return threads_[index_of(chosen)].get();
}

// The program did not do again what it did in the execution before.
runner::model_thread* runner::diverge_from_record() {
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

runner::model_thread* runner::diverge(std::size_t step, const event& expected, std::string came) {
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

// Nothing is enabled, yet a thread has more to do. After a failure that is only a consequence.
void runner::check_deadlock() {
  if (execution_.outcome() != outcome::completed || execution_.halted_any()) return;
  for (const thread_id t : created_) {
    if (execution_.state(t) == thread_state::parked && !is_killed(t)) {
      add_violation("no_deadlock", "no thread can go on", execution_.size());
      return;
    }
  }
}

void runner::check_races() {
  const auto race = races_.find();
  if (!race) return;
  const auto line = [&](event_id which, bool writes) {
    const event& e = execution_.at(which);
    return std::string("\n  ") + (writes ? "write  " : "read   ") + thread_name(e.thread) + "  " +
           e.op.where.file + ":" + std::to_string(e.op.where.line);
  };
  add_violation("no_data_race",
                "data race on " + object_name(race->object) +
                    line(race->earlier, race->earlier_wrote) +
                    line(race->later, race->later_writes) + "\n  neither happens before the other",
                index_of(race->later) + 1);
}

// Threads that are still parked (blocked for good, or cut off) are resumed once more, to throw, so
// that what their stacks own is released. In the reverse order of creation: a thread's stack may
// refer to what its creator's stack holds.
void runner::unwind_unfinished() {
  taking_down_ = true;
  for (std::size_t i = created_.size(); i-- > 0;) unwind_stack(*threads_[index_of(created_[i])]);
}

void runner::unwind_stack(model_thread& of) {
  if (!of.on_stack || of.lost) return;
  const terminate_means_give_up handler(&runner::give_up_stack);
  of.unwinding = true;
  running_ = &of;
  unwinds_a_stack_ = true;
  fiber::switch_to(*unwinds_, *of.stack);
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
  if (naming_locals_of_ != nullptr) {
    return object_id((hash_of_name(naming_locals_of_) << 32 | run_local_mark) |
                     locals_objects_made_++);
  }
  return name_of_object(running_->id, running_->objects_made++);
}

object_slot runner::add_object(const char* type, std::string_view label, std::uint64_t word,
                               const void* address) {
  if (predicates_.observing()) {
    if (naming_locals_of_ == nullptr) {
      report_misuse_in_predicate(std::string("a ") + type + " is made inside");
      stop();
    }
    predicates_.note_made();
  }
  const object_id id = next_object_id();
  const object_slot slot = execution_.add_object(id, word);
  object_record& record = objects_.emplace_back();
  record.type = type;
  places_.push_back(address);
  predicates_.add_object(slot, id);
  if (settings_.narrate) record.label = std::string(label);
  return slot;
}

void runner::remove_object(object_slot o, const void* address) {
  if (!alive(o, address)) return;
  places_[index_of(o)] = nullptr;
  predicates_.drop_readers_of(o);
}

// Whether nothing can run beside the thread: every other thread that it causally knows of has ended
// in its past. A function of the causal past, so the same in every equivalent execution.
bool runner::runs_alone() {
  if (running_->id != main_thread) return false;
  if (execution_.size() == 0) return true;
  const cut_view past = execution_.clock(event_id(execution_.size() - 1));
  for (; alone_among_ < created_.size(); ++alone_among_) {
    const thread_id t = created_[alone_among_];
    if (t == main_thread) continue;
    const model_thread& other = *threads_[index_of(t)];
    if (other.ended_in == no_event) return false;
    const event& end = execution_.at(other.ended_in);
    if (past[index_of(end.thread)] <= end.index) return false;
  }
  return true;
}

// --- properties ---

void runner::add_violation(std::string_view property, std::string_view message, std::size_t step) {
  for (const violation& v : violations_) {
    if (v.property == property) return;
  }
  violations_.push_back({std::string(property), std::string(message), step});
}

void runner::violate(std::string_view property, std::string_view message) {
  if (!taking_down_) add_violation(property, message, execution_.size());
}

void runner::halt(std::string_view property, std::string_view message) {
  violate(property, message);
  stop();
}

void runner::fail_at_next_point(std::string_view property, std::string_view message) {
  if (taking_down_ || running_->unwinding) return;
  add_violation(property, message, execution_.size());
  running_->halt_at_next_point = true;
}

void runner::report_misuse(std::string message) {
  if (misuse_.empty()) misuse_ = std::move(message);
  cut_off_ = true;
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
  objects_.push_back({"predicate", name});
  places_.push_back(nullptr);
  predicates_.add(name, std::move(holds), stand_in);
  evaluate(predicates_.size() - 1, false);
}

void runner::observe(object_slot o, const void* address) {
  if (!alive(o, address)) {
    report_misuse(
        std::string("the predicate of always(\"") + predicates_.observing_name() +
        "\") reads a variable that has been destroyed: let what it reads live until the body ends");
    predicates_.stop_observing();
    stop();
  }
  predicates_.observe(o, execution_.name_of(o), has_events());
}

// The thread is to stop then. Not here: its stack may never be unwound, and a text that lives on it would leak.
void runner::report_misuse_in_predicate(const std::string& what) {
  report_misuse(what + " the predicate of always(\"" + predicates_.observing_name() +
                "\"): a predicate may only read variables of the model");
  predicates_.stop_observing();
}

void runner::evaluate_all(std::uint64_t those, bool again) {
  for (; those != 0; those &= those - 1) {
    evaluate(static_cast<std::size_t>(__builtin_ctzll(those)), again);
  }
}

void runner::evaluate_predicates() {
  const std::uint64_t changed = predicates_.changed();
  predicates_.set_changed(0);
  evaluate_all(changed, true);
}

// The body of the check has ended, and what predicates captured by reference has gone with it.
void runner::end_predicates(thread_state how) {
  if (how == thread_state::finished && !execution_.recorded() && predicates_.changed() != 0) {
    const auto first = static_cast<std::size_t>(__builtin_ctzll(predicates_.changed()));
    report_misuse(std::string("the last step of the body changes what the predicate of always(\"") +
                  predicates_.name(first) +
                  "\") reads, and the body ends before the predicate could be evaluated: let "
                  "norn::mark(\"end\") be its last step");
  }
  predicates_.set_changed(0);
  predicates_.end();
}

void runner::reevaluate_readers_of(object_slot o) {
  evaluate_all(predicates_.observers_of(o), false);
}

void runner::evaluate(std::size_t index, bool again) {
  if (taking_down_) return;
  const char* const name = predicates_.name(index);
  if (predicates_.dropped(index)) {
    report_misuse(std::string("the predicate of always(\"") + name +
                  "\") can be evaluated no more, for a variable that it has read was destroyed, "
                  "and what else it "
                  "reads has changed since: let what it reads live until the body ends");
    return;
  }
  const predicates::result came = predicates_.evaluate(index, execution_.size(), again);
  if (came.threw) {
    report_misuse(std::string("the predicate of always(\"") + name + "\") threw: " + *came.threw);
  }
  if (!came.holds) {
    add_violation(name, "the predicate is false after this step", execution_.size());
  }
}

// --- specification state ---

bool runner::knows_to_last(object_slot ghost) const {
  const object_id name = execution_.name_of(ghost);
  return std::any_of(ghosts_.begin(), ghosts_.end(),
                     [&](const ghost_use& g) { return g.name == name && g.lasted; });
}

void runner::note_change(object_slot ghost, std::string_view label, bool differs) {
  const ghost_change now{execution_.name_of(ghost), std::string(label), execution_.size(), differs,
                         differs};
  for (ghost_change& known : ghost_changes_) {
    if (known.name != now.name || known.label != now.label) continue;
    if (known.step == now.step) {
      known.changed = known.changed || differs;
      known.differs = differs;
    } else {
      settle(std::exchange(known, now));
    }
    return;
  }
  ghost_changes_.push_back(now);
}

// The step is over.
void runner::settle(const ghost_change& step) {
  if (!step.changed) return;
  auto known = std::find_if(ghosts_.begin(), ghosts_.end(), [&](const ghost_use& g) {
    return g.name == step.name && g.label == step.label;
  });
  if (known == ghosts_.end()) known = ghosts_.insert(known, ghost_use{step.name, step.label});
  (step.differs ? known->lasted : known->taken_back) = true;
}

// --- what belongs to the execution ---

run_local_slot& runner::find_run_local(const void* key, const char* type_name,
                                       std::unique_ptr<run_local_slot> (*make)()) {
  for (const local& l : locals_) {
    if (l.key == key) return *l.value;
  }
  const char* const outer = naming_locals_of_;
  const std::uint32_t outer_made = locals_objects_made_;
  naming_locals_of_ = type_name;
  locals_objects_made_ = 0;
  locals_.push_back({key, make()});
  naming_locals_of_ = outer;
  locals_objects_made_ = outer_made;
  return *locals_.back().value;
}

}  // namespace norn::engine
