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

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/fiber.hpp>
#include <norn/scheduler/run/ghost_use.hpp>
#include <norn/scheduler/run/narration.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/predicates.hpp>
#include <norn/scheduler/run/race_detector.hpp>
#include <norn/scheduler/run/run_local.hpp>
#include <norn/scheduler/run/spawn.hpp>
#include <norn/scheduler/run/thread_body.hpp>
#include <norn/scheduler/run/thread_names.hpp>
#include <norn/scheduler/run/unwound.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

struct violation {
  std::string property;
  std::string message;
  std::size_t step = 0;  // events executed when it was noticed
};

class runner {
 public:
  struct settings {
    std::size_t stack_bytes = std::size_t{256} * 1024;
    std::uint32_t depth = 10'000;
    bool narrate = false;      // keep names, arguments, results and changes for a reader
    std::size_t break_at = 0;  // raise SIGTRAP before this step, counted from 1
    // The identities of threads, shared by the runners of a search; null: threads are numbered as they come.
    thread_names* names = nullptr;
  };

  explicit runner(const settings& s) : settings_(s), watched_(s.narrate || s.break_at != 0) {}
  ~runner();
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;

  // Runs the program once. The result is valid until the next call.
  const engine::execution& run(const std::function<void()>& program, strategy& chooses);

  const std::vector<violation>& violations() const { return violations_; }
  // Set when the program misused the runner itself (an operation inside a predicate, ...).
  const std::string& misuse() const { return misuse_; }
  // Why the program did not begin as it did in the execution before, if that was asked of it.
  const std::optional<divergence>& diverged() const { return diverged_; }
  // Those of all executions so far, in the order in which they were first declared.
  const std::deque<declared_fault>& faults() const { return faults_; }
  // What became of changes of specification state, of all executions so far.
  const std::vector<ghost_use>& ghosts() const { return ghosts_; }
  // Forgets the faults and the ghosts of all executions so far.
  void forget_declared() {
    faults_.clear();
    ghosts_.clear();
  }
  // What `always` predicates read has grown: earlier executions treated too much as independent.
  bool observed_more() const { return predicates_.observed_more(); }
  // A thread came that ranks before one that is numbered already (thread_names.hpp): the execution was cut
  // off, and this runner is of no more use.
  bool misnumbered() const { return misnumbered_; }
  const predicates::observations& observed() const { return predicates_.observed(); }
  void learn(const predicates::observations& observed) { predicates_.learn(observed); }

  // Narrated executions only.
  const std::vector<narration>& narrations() const { return narrations_; }
  std::string thread_name(thread_id t) const;
  const place& place_of(thread_id t) const { return threads_[index_of(t)]->where; }
  std::string object_name(object_slot o) const;
  const char* object_type(object_slot o) const { return objects_[index_of(o)].type; }
  // Threads in the order of their creation in the last execution.
  const std::vector<thread_id>& created() const { return created_; }

  // The runner whose execution the caller is part of; null outside.
  static runner* current();
  // The same; `what` names the call in the message. Throws std::logic_error outside.
  static runner& required(const char* what);

  // --- for point, object, thread: the code under test calls these through their own interfaces ---
  void announce(const operation& op);
  bool unwinding() const { return running_->unwinding; }
  [[noreturn]] void unwind();
  // Where the unwinding has begun, a destructor called the operation: it must not throw.
  void unwind_unless_in_destructor(const operation_kind& kind) {
    if (!kind.nothrow && std::uncaught_exceptions() == 0) unwind();
  }
  std::uint16_t choose(std::uint32_t offered);
  void access(object_slot o, access_mode mode, std::uint8_t update_class, region where) {
    if (!execution_.recorded()) record_access(o, mode, update_class, where);
  }
  void record_access(object_slot o, access_mode mode, std::uint8_t update_class, region where);
  // The object is destroyed in the event just executed, which changes nothing that a predicate could see.
  void access_by_destruction(object_slot o);
  // The operation of the event just executed comes too late: its object has been destroyed.
  void access_of_destroyed(object_slot o);
  // An access that joins the event just executed without being part of its operation.
  void add_extra_access(object_slot o, access_mode mode);
  // The main thread changes what predicates look at before the first event.
  void reevaluate_readers_of(object_slot o);
  engine::execution& execution() { return execution_; }
  void note(synchronisation what, object_slot o) {
    if (!execution_.recorded()) races_.note(what, running_->id, o, execution_.size());
  }
  thread_id self() const { return running_->id; }
  thread_id parent(thread_id t) const { return threads_[index_of(t)]->parent; }
  // Whether specification state may be touched in the event just executed. Not by a thread that is being started:
  // others may come before it. Nor after an event that had alternatives: what a thread does next may differ from one
  // to the other, and their accesses may not.
  bool may_add_extra_access() const;
  bool has_events() const { return execution_.size() != 0; }

  object_slot add_object(const char* type, std::string_view label, std::uint64_t word,
                         const void* address);
  void remove_object(object_slot o, const void* address);
  bool alive(object_slot o, const void* address) const {
    return index_of(o) < places_.size() && places_[index_of(o)] == address;
  }
  // The destruction of an object is not a step: nothing runs beside the thread, or the execution is
  // being taken down.
  bool destroys_quietly() {
    return taking_down_ || running_ == nullptr || predicates_.observing() || runs_alone();
  }

  bool runs_alone();

  // A thread of the model gets its body, is created and is run up to its first announcement (spawn.hpp). Part of
  // the creator's current event.
  thread_id next_child();
  thread_body& body_of(thread_id t) { return threads_[index_of(t)]->body; }
  void create(thread_id t, std::string_view name, int number, thread_role role, thread_id first);
  void start(std::span<const thread_id> created);
  void set_lifeline(object_slot lifeline);
  std::size_t kill(object_slot lifeline);
  // Whether the stacks of killed threads are unwound, in the event that kills them.
  bool kills() const { return unwinds_ != &home_; }
  declared_fault& declare_fault(std::string_view kind, std::string_view name, std::uint32_t budget);
  bool is_killed(thread_id t) const { return is_killed(*threads_[index_of(t)]); }
  void set_place(place where) { running_->where = std::move(where); }
  object_slot end_of(thread_id t) const { return threads_[index_of(t)]->end; }
  // Whether the object stands for the end of this thread, which has not come in so many events.
  bool awaits_end(object_slot o, thread_id t, std::size_t events) const;

  void violate(std::string_view property, std::string_view message);
  [[noreturn]] void halt(std::string_view property, std::string_view message);
  // The running thread never goes on; its stack stays until the execution is taken down. Returns
  // then, with unwinding() true: for destructors, which may not throw.
  void park_for_good();
  [[noreturn]] void stop();
  void fail_at_next_point(std::string_view property, std::string_view message);
  void report_misuse(std::string message);

  // Of specification state: whether a change is known to have outlasted its step; a change, and whether the value is
  // another one now than before the step.
  bool knows_to_last(object_slot ghost) const;
  void note_change(object_slot ghost, std::string_view label, bool differs);

  void add_predicate(const char* name, std::function<bool()> holds);
  bool observing() const { return predicates_.observing(); }
  void observe(object_slot o, const void* address);
  void report_misuse_in_predicate(const std::string& what);

  narration* narrating() {
    return settings_.narrate && !narrations_.empty() ? &narrations_.back() : nullptr;
  }
  bool narrates() const { return settings_.narrate; }

  run_local_slot& find_run_local(const void* key, const char* type_name,
                                 std::unique_ptr<run_local_slot> (*make)());

  // Read by the watchdog and by the crash handler, from outside the fibers.
  std::uint64_t heartbeat() const { return heartbeat_.load(std::memory_order_relaxed); }
  bool is_running() const { return running_now_.load(std::memory_order_relaxed); }
  bool in_guard_page(const void* address) const;
  schedule schedule_so_far() const;

  // Renames the threads of a schedule from identities to order of creation (a token's numbers).
  schedule by_creation(const engine::execution& e) const;

 private:
  struct model_thread {
    thread_id id{};
    thread_id parent = no_thread;
    std::unique_ptr<fiber> stack;
    thread_body body;
    runner* owner = nullptr;
    // While it is run up to its first announcement: who goes on then, the next to be started or the creator.
    model_thread* starter = nullptr;
    std::vector<thread_id> children;  // by place; no_thread: not met yet. Kept for good
    std::uint32_t spawned = 0;
    std::uint32_t objects_made = 0;
    std::uint32_t unwind_attempts = 0;
    bool unwinding = false;
    bool halt_at_next_point = false;
    bool on_stack = false;  // its body has begun and not left the stack
    bool lost = false;      // its stack could not be unwound and must not be used again
    object_slot end = no_object;
    object_slot lifeline = no_object;
    event_id ended_in = no_event;
    std::string name;  // narrated executions only, as `where`
    place where;
  };
  struct object_record {
    const char* type = "";
    std::string label;  // narrated executions only
  };
  struct local {
    const void* key;
    std::unique_ptr<run_local_slot> value;
  };

  void reset(std::size_t kept);
  object_slot add_end(object_id id, const char* type, std::string_view label);
  model_thread& prepare_thread(thread_id id, model_thread* creator, std::string_view name,
                               int number, bool environment);
  void leave_to_starter(model_thread& self);
  static void fiber_main(void* thread);
  void thread_main(model_thread& self);
  void finish(model_thread& self, thread_state how);
  void note_end(model_thread& of);
  void close_event() {
    if (execution_.size() == 0) return;
    if (!execution_.recorded()) {
      evaluate_predicates();
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
  bool is_killed(const model_thread& t) const {
    return t.lifeline != no_object && execution_.word(t.lifeline) != 0;
  }
  void cut_short(model_thread& killed);
  [[gnu::noinline]] model_thread* diverge_from_record();
  model_thread* diverge(std::size_t step, const event& expected, std::string came);
  void hand_over(model_thread& self, model_thread* to);
  void check_deadlock();
  void check_races();
  void evaluate_predicates();
  void evaluate(std::size_t index, bool again);
  void evaluate_all(std::uint64_t those, bool again);
  void end_predicates(thread_state how);
  void settle(const ghost_change& step);
  void unwind_unfinished();
  void unwind_stack(model_thread& of);
  static void give_up_stack();
  object_id next_object_id();
  void add_violation(std::string_view property, std::string_view message, std::size_t step);

  settings settings_;
  bool watched_;
  strategy* strategy_ = nullptr;
  const std::function<void()>* program_ = nullptr;
  engine::execution execution_;
  race_detector races_;
  fiber home_;
  fiber* unwinds_ = &home_;  // where a stack that has been unwound goes back to
  bool unwinds_a_stack_ = false;
  std::vector<std::unique_ptr<model_thread>> threads_;  // by thread_id, kept from run to run
  std::vector<thread_id> created_;
  std::size_t alone_among_ = 0;  // as many of these have ended in the past of the main thread
  model_thread* running_ = nullptr;
  std::vector<object_record> objects_;
  std::vector<const void*> places_;  // of the objects that are alive; null of those that have none
  std::vector<violation> violations_;
  std::vector<narration> narrations_;
  std::unordered_map<std::string, int> names_;  // of threads, narrated executions only
  predicates predicates_;
  std::string misuse_;
  std::optional<divergence> diverged_;
  std::deque<declared_fault> faults_;
  std::vector<declared_fault*> declared_now_;  // in this execution
  std::vector<ghost_use> ghosts_;
  std::vector<ghost_change> ghost_changes_;  // one for each ghost, its newest step
  bool misnumbered_ = false;
  bool cut_off_ = false;  // by misuse, or because it is misnumbered
  std::vector<local> locals_;
  const char* naming_locals_of_ = nullptr;
  std::uint32_t locals_objects_made_ = 0;
  bool taking_down_ = false;
  std::atomic<std::uint64_t> heartbeat_{0};
  std::atomic<bool> running_now_{false};
};

}  // namespace norn::engine
