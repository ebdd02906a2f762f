// Runner: drives one execution of a program under a strategy. Threads of the model are fibers that
// hand over to one another directly; whoever announces an operation asks the strategy who goes next
// and switches there.
//
// A step, in the order in which it happens:
//   announce   the thread's previous event is closed, its next operation becomes known
//   choose     the strategy names an enabled thread (perhaps the same); control goes there
//   begin      that thread's announced operation becomes an event
//   execute    model code changes the world and records accesses; then the program's own code runs
//              up to the thread's next announcement
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/fault_declarations.hpp>
#include <norn/scheduler/run/fiber.hpp>
#include <norn/scheduler/run/findings.hpp>
#include <norn/scheduler/run/ghost_use.hpp>
#include <norn/scheduler/run/model_threads.hpp>
#include <norn/scheduler/run/narration.hpp>
#include <norn/scheduler/run/object_records.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/predicates.hpp>
#include <norn/scheduler/run/race_detector.hpp>
#include <norn/scheduler/run/run_locals.hpp>
#include <norn/scheduler/run/spawn.hpp>
#include <norn/scheduler/run/thread_body.hpp>
#include <norn/scheduler/run/thread_names.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

class runner {
 public:
  struct settings {
    std::size_t stack_bytes = std::size_t{256} * 1024;
    std::uint32_t depth = 10'000;
    bool narrate = false;      // keep names, arguments, results and changes for a reader
    bool timed = false;        // the strategy is of timed mode (point.hpp)
    std::size_t break_at = 0;  // raise SIGTRAP before this step, counted from 1
    // The identities of threads, shared by the runners of a search; null: threads are numbered as they come.
    thread_names* names = nullptr;
  };

  explicit runner(const settings& s)
      : settings_(s),
        watched_(s.narrate || s.break_at != 0),
        threads_({.stack_bytes = s.stack_bytes,
                  .run = &runner::fiber_main,
                  .names = s.names,
                  .narrated = s.narrate}),
        predicates_(found_) {}
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;

  // Runs the program once. The result is valid until the next call.
  const engine::execution& run(const std::function<void()>& program, strategy& chooses);

  // --- reading: of the last execution ---
  const std::vector<violation>& violations() const { return found_.violations(); }
  // Set when the program misused the runner itself (an operation inside a predicate, ...).
  const std::string& misuse() const { return found_.misuse(); }
  // Why the program did not begin as it did in the execution before, if that was asked of it.
  const std::optional<divergence>& diverged() const { return diverged_; }
  // What is looked at, by predicates or lazily, has grown: earlier executions treated too much as independent.
  bool observed_more() const { return predicates_.observed_more(); }
  // A thread came that ranks before one that is numbered already (thread_names.hpp): the execution was cut
  // off, and this runner is of no more use.
  bool misnumbered() const { return threads_.misnumbered(); }
  const std::vector<narration>& narrations() const { return narrations_; }  // of a narrated one
  const model_threads& threads() const { return threads_; }
  const object_records& objects() const { return objects_; }
  bool is_killed(thread_id t) const { return is_killed(threads_[t]); }
  // Whether the object stands for the end of this thread, which has not come in so many events.
  bool awaits_end(object_slot o, thread_id t, std::size_t events) const;

  // --- reading: of all executions so far ---
  const predicates::observations& observed() const { return predicates_.observed(); }
  void learn(const predicates::observations& observed) { predicates_.learn(observed); }
  const std::deque<declared_fault>& faults() const { return faults_.all(); }
  // What became of changes of specification state.
  const std::vector<ghost_use>& ghosts() const { return ghosts_.all(); }
  // Forgets the faults and the ghosts.
  void forget_declared() {
    faults_.clear();
    ghosts_.clear();
  }

  // --- reading: by the watchdog and by the crash handler, from outside the fibers ---
  std::uint64_t heartbeat() const { return heartbeat_.load(std::memory_order_relaxed); }
  bool is_running() const { return running_now_.load(std::memory_order_relaxed); }
  schedule schedule_so_far() const { return threads_.by_creation(execution_); }

  // The runner whose execution the caller is part of; null outside.
  static runner* current();
  // The same; `what` names the call in the message. Throws std::logic_error outside.
  static runner& required(const char* what);

  // --- the door (point.hpp): what the code under test calls through the interfaces of models ---

  // A step.
  void announce(const operation& op);
  std::uint16_t choose(std::uint32_t offered);
  engine::execution& execution() { return execution_; }
  bool has_events() const { return execution_.size() != 0; }
  thread_id self() const { return running_->id; }
  narration* narrating() {
    return settings_.narrate && !narrations_.empty() ? &narrations_.back() : nullptr;
  }
  bool narrates() const { return settings_.narrate; }
  bool is_timed() const { return settings_.timed; }

  // Accesses of the event just executed.
  void access(object_slot o, access_mode mode, std::uint8_t update_class, region where) {
    if (!execution_.recorded()) record_access(o, mode, update_class, where);
  }
  void require_announced(const engine::access& a) {
    if (execution_.last().op.kind->reach == reach::announced) hold_against_announced(a);
  }
  void record_access(object_slot o, access_mode mode, std::uint8_t update_class, region where);
  // The event destroys the object, which changes nothing that a predicate could see.
  void access_by_destruction(object_slot o);
  // The event's operation comes too late: its object has been destroyed.
  void access_of_destroyed(object_slot o);
  // Accesses that are left out until something looks at the object (point.hpp).
  bool is_observed(object_slot o) const { return predicates_.is_observed(execution_.name_of(o)); }
  void observe_lazy(object_slot o) {
    if (!execution_.recorded()) predicates_.observe_lazy(execution_.name_of(o), has_events());
  }
  // An access that joins the event without being part of its operation.
  void add_extra_access(object_slot o, access_mode mode);
  // Whether specification state may be touched in the event just executed. Not by a thread that is being started:
  // others may come before it. Nor after an event that had alternatives: what a thread does next may differ from one
  // to the other, and their accesses may not.
  bool may_add_extra_access() const;
  void note(synchronisation what, object_slot o) {
    if (!execution_.recorded()) races_.note(what, running_->id, o, execution_.size());
  }

  // Objects.
  object_slot add_object(const char* type, std::string_view label, std::uint64_t word,
                         object_home home, const void* address);
  void remove_object(object_slot o, const void* address);
  bool alive(object_slot o, const void* address) const { return objects_.alive(o, address); }
  // An operation on the object. One process does not use another's memory.
  void note_use(object_slot o) {
    if (!objects_.is_used_by(o, running_->process)) use_memory(o);
  }
  // The destruction of an object is not a step: nothing runs beside the thread, or the execution is
  // being taken down.
  bool destroys_quietly() {
    return taking_down_ || running_ == nullptr || predicates_.observing() || runs_alone();
  }
  bool runs_alone();
  run_locals& locals() { return locals_; }
  run_local_slot& find_worker_local(const void* key, std::unique_ptr<run_local_slot> (*make)());
  // Calls it on the worker's own stack.
  void call_outside(void (*call)(void*), void* with);

  // A thread of the model gets its body, is created and is run up to its first announcement (spawn.hpp). Part of
  // the creator's current event.
  thread_id next_child() { return threads_.next_child(*running_); }
  thread_body& body_of(thread_id t) { return threads_[t].body; }
  void create(thread_id t, std::string_view name, int number, thread_role role, thread_id first);
  void start(std::span<const thread_id> created);
  thread_id parent(thread_id t) const { return threads_[t].parent; }
  object_slot end_of(thread_id t) const { return threads_[t].end; }
  thread_id carrier_of(thread_id t) const { return threads_[t].carrier; }
  void set_carrier(thread_id task, thread_id by) { threads_[task].carrier = threads_[by].carrier; }
  void set_place(place where) { running_->where = std::move(where); }
  void set_process(std::uint32_t number) { running_->process = number; }
  bool make_shared_memory(bool shared) {
    return std::exchange(running_->makes_shared_memory, shared);
  }
  void set_lifeline(object_slot lifeline);
  std::size_t kill(object_slot lifeline);
  // Whether the stacks of killed threads are unwound, in the event that kills them.
  bool kills() const { return unwinds_ != &home_; }
  fault_declarations& declared() { return faults_; }

  // Failures, and the end of a thread's stack.
  void violate(std::string_view property, std::string_view message);
  [[noreturn]] void halt(std::string_view property, std::string_view message);
  void fail_at_next_point(std::string_view property, std::string_view message);
  void report_misuse(std::string message) { found_.report_misuse(std::move(message)); }
  // The running thread never goes on; its stack stays until the execution is taken down. Returns
  // then, with unwinding() true: for destructors, which may not throw.
  void park_for_good();
  [[noreturn]] void stop();
  bool unwinding() const { return running_->unwinding; }
  [[noreturn]] void unwind();
  // Where the unwinding has begun, a destructor called the operation: it must not throw.
  void unwind_unless_in_destructor(const operation_kind& kind) {
    if (!kind.nothrow && std::uncaught_exceptions() == 0) unwind();
  }

  // Predicates and specification state.
  void add_predicate(const char* name, std::function<bool()> holds);
  bool observing() const { return predicates_.observing(); }
  void observe(object_slot o, const void* address);
  void report_operation_in_predicate(const std::string& what) {
    predicates_.report_operation(what);
  }
  // The main thread changes what predicates look at before the first event.
  void reevaluate_readers_of(object_slot o);
  // Whether a change of the ghost is known to have outlasted its step.
  bool knows_to_last(object_slot ghost) const {
    return ghosts_.knows_to_last(execution_.name_of(ghost));
  }
  // A change; `differs`: the value is another one than before the step.
  void note_change(object_slot ghost, std::string_view label, bool differs) {
    ghosts_.note_change(execution_.name_of(ghost), label, execution_.size(), differs);
  }

 private:
  void reset(std::size_t kept);
  void hold_against_announced(const engine::access& a);
  void use_memory(object_slot o);
  bool is_only_thread_of_program() const;
  bool has_ended_before(const model_thread& other, cut_view past) const;

  // Stepping.
  void close_event() {
    NORN_INVARIANT(!taking_down_);
    if (execution_.size() == 0) return;
    if (!execution_.recorded()) {
      predicates_.evaluate_changed(execution_.size());
    } else if (predicates_.repeats(execution_.size())) {
      predicates_.repeat(execution_.size());
    }
    execution_.end_event();
  }
  void begin_event(model_thread& self) {
    execution_.begin_event(self.id);
    if (self.lifeline != no_object) access(self.lifeline, access_mode::read, 0, region::whole());
    if (watched_) watch_event();
  }
  [[gnu::noinline]] void watch_event();
  model_thread* next();  // null: the execution is over
  model_thread* choose_next();
  [[gnu::noinline]] model_thread* choose_anew();
  [[gnu::noinline]] model_thread* diverge_from_record();
  model_thread* diverge(std::size_t step, const event& expected, std::string came);
  void hand_over(model_thread& self, model_thread* to);
  void leave_home(fiber& to);

  object_id next_object_id();

  // The life of a thread (runner_threads.cpp), and what a crash does to it (runner_killing.cpp).
  model_thread& begin_thread(thread_id id, const model_thread* creator, std::string_view name,
                             int number, bool environment);
  object_slot add_end(object_id id, const char* type, std::string_view label);
  void leave_to_starter(model_thread& self);
  static void fiber_main(void* thread);
  void thread_main(model_thread& self);
  void finish(model_thread& self, thread_state how);
  void note_end(model_thread& of);
  bool is_killed(const model_thread& t) const {
    return t.lifeline != no_object && execution_.word(t.lifeline) != 0;
  }
  void cut_short(model_thread& killed);

  // The end of an execution.
  void check_deadlock();
  void check_races();
  void unwind_unfinished();
  void unwind_stack(model_thread& of);
  static void give_up_stack();

  settings settings_;
  bool watched_;
  strategy* strategy_ = nullptr;
  const std::function<void()>* program_ = nullptr;
  engine::execution execution_;
  race_detector races_;
  fiber home_;
  struct {
    void (*call)(void*) = nullptr;
    void* with = nullptr;
  } asked_outside_;          // by the running thread
  fiber* unwinds_ = &home_;  // where a stack that has been unwound goes back to
  bool unwinds_a_stack_ = false;
  model_threads threads_;
  std::size_t alone_among_ = 0;  // as many of these have ended in the past of the main thread
  model_thread* running_ = nullptr;
  object_records objects_;
  findings found_;
  std::vector<narration> narrations_;
  predicates predicates_;
  std::optional<divergence> diverged_;
  fault_declarations faults_;
  ghost_uses ghosts_;
  bool taking_down_ = false;
  std::atomic<std::uint64_t> heartbeat_{0};
  std::atomic<bool> running_now_{false};
  std::vector<std::pair<const void*, std::unique_ptr<run_local_slot>>> worker_locals_;
  run_locals locals_;  // their objects are destroyed before all else
};

}  // namespace norn::engine
