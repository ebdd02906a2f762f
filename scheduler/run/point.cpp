#include <norn/scheduler/run/point.hpp>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/fiber_current.hpp>
#include <norn/scheduler/run/lifeline.hpp>
#include <norn/scheduler/run/outside.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/run_local.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/run/spawn.hpp>
#include <norn/scheduler/run/worker_local.hpp>

namespace norn::engine {

namespace {

runner& current(const char* what) { return runner::required(what); }

constexpr operation_kind destroy_kind{.name = "destroy", .nothrow = true};

// The thread cannot go on: the object of its operation has been destroyed. Returns, once the execution
// is taken down, for kinds that destructors use: the operation is then abandoned.
void refuse_destroyed(runner& r, const operation_kind& kind, const std::string& message) {
  r.violate("no_use_after_destruction", message);
  r.park_for_good();
  if (!kind.nothrow) r.unwind();
}

}  // namespace

// --- point ---

point::point(const operation& op, const object* on)
    : runner_(&current(op.kind->name)), thread_(runner_->self()) {
  if (runner_->unwinding()) {
    abandon(*op.kind);
  } else if (on != nullptr && !runner_->alive(op.object, on)) {
    come_too_late(*op.kind, op.object, op.where, op.guard);
  } else {
    runner_->announce(op);
    begin();
    if (on == nullptr || abandoned()) return;
    if (!runner_->alive(op.object, on)) {
      be_overtaken(*op.kind, op.object);
    } else {
      runner_->note_use(op.object);
    }
  }
}

// The object's slot is read once: by the time the operation runs the object's memory may be gone.
point::point(const operation_kind& kind, const object& on, source_location where, guard waits_for)
    : point({&kind, on.slot(), where, waits_for}, &on) {}

point::point(const operation_kind& kind, const object& on, source_location where,
             const timing& when)
    : point({&kind, on.slot(), where, {}, &when}, &on) {}

point::point(const operation_kind& kind, object_slot on, source_location where, guard waits_for,
             const timing& when)
    : point({&kind, on, where, waits_for, &when}, nullptr) {}

point::point(const operation_kind& kind, source_location where)
    : point(kind, no_object, where, {}) {}

point::point(const operation_kind& kind, object_slot on, source_location where, guard waits_for)
    : point({&kind, on, where, waits_for}, nullptr) {}

void point::begin() {
  if (runner_->unwinding()) {
    runner_ = nullptr;
    return;
  }
  recording_ = !runner_->execution().recorded();
  narrated_ = runner_->narrates();
  step_ = runner_->execution().size();
}

// While an execution is taken down every operation of a destructor is a point that does nothing.
void point::abandon(const operation_kind& kind) {
  runner_->unwind_unless_in_destructor(kind);
  runner_ = nullptr;
}

// Still an operation on that object, as far as it can be told which one it was: the destruction and what came too
// late depend on one another. It is announced as on a live object, since no access orders the announcement and the
// destruction. A write, as every event on a gate that may be open: others may wait there.
void point::come_too_late(const operation_kind& kind, object_slot slot, source_location where,
                          const guard& waits_for) {
  const bool known = index_of(slot) < runner_->execution().object_count();
  if (known) {
    runner_->announce({&kind, slot, where, waits_for.object == slot ? waits_for : guard{}});
    if (!runner_->unwinding()) runner_->access_of_destroyed(slot);
  }
  if (!runner_->unwinding()) {
    refuse_destroyed(*runner_, kind,
                     std::string(kind.name) + " on an object that has been destroyed");
  }
  runner_ = nullptr;
}

void point::be_overtaken(const operation_kind& kind, object_slot slot) {
  runner_->access_of_destroyed(slot);
  refuse_destroyed(*runner_, kind,
                   std::string(kind.name) + " on " + runner_->objects().name_of(slot) +
                       ", which another thread has destroyed meanwhile");
  recording_ = narrated_ = false;
  runner_ = nullptr;
}

void point::announce(object_slot o, access_mode mode, std::uint8_t update_class, region where) {
  NORN_INVARIANT(step_ == runner_->execution().size());
  runner_->execution().add_announced({o, mode, update_class, where});
}

void point::touch(object_slot o, access_mode mode, std::uint8_t update_class, region where) {
  NORN_INVARIANT(step_ == runner_->execution().size());
  runner_->require_announced({o, mode, update_class, where});
  runner_->record_access(o, mode, update_class, where);
}

void point::read_lazily(const object& o) {
  if (recording_ && runner_->is_observed(o.slot())) read(o);
}

void point::update_lazily(const object& o, std::uint8_t update_class) {
  if (recording_ && runner_->is_observed(o.slot())) update(o, update_class);
}

void point::observe(const object& o) {
  if (!recording_) return;
  runner_->observe_lazy(o.slot());
  read(o);
}

std::uint64_t point::word(const object& o) const {
  return abandoned() ? 0 : runner_->execution().word(o.slot());
}

void point::set_word(const object& o, std::uint64_t word) {
  if (!abandoned()) runner_->execution().set_word(o.slot(), word);
}

std::uint16_t point::choose(std::uint32_t n) { return abandoned() ? 0 : runner_->choose(n); }

void point::note(synchronisation what, object_slot o) {
  if (!recording_) return;
  NORN_INVARIANT(step_ == runner_->execution().size());
  runner_->note(what, o);
}

void point::note_release(const object& o) { note(synchronisation::release, o.slot()); }
void point::note_release_join(const object& o) { note(synchronisation::release_join, o.slot()); }
void point::note_acquire(object_slot o) { note(synchronisation::acquire, o); }
void point::forget_release(const object& o) { note(synchronisation::forget_release, o.slot()); }
void point::acquire_relaxed(const object& o) { note(synchronisation::relaxed_load, o.slot()); }
void point::release_relaxed(const object& o) { note(synchronisation::relaxed_store, o.slot()); }
void point::release_join_relaxed(const object& o) {
  note(synchronisation::relaxed_update, o.slot());
}
void point::fence_release() { note(synchronisation::fence_release, no_object); }
void point::fence_acquire() { note(synchronisation::fence_acquire, no_object); }
void point::checked_read(const object& o) { note(synchronisation::checked_read, o.slot()); }
void point::checked_write(const object& o) { note(synchronisation::checked_write, o.slot()); }

std::size_t point::kill(const object& lifeline) {
  return abandoned() ? 0 : runner_->kill(lifeline.slot());
}

void point::violate(std::string_view property, std::string_view message) {
  if (!abandoned()) runner_->violate(property, message);
}

void point::halt(std::string_view property, std::string_view message) {
  current("halt").halt(property, message);
}

narration* point::narrating() const { return runner_->narrating(); }

// --- object ---

object::object(const char* type, std::string_view label, std::uint64_t word, object_home home)
    : slot_(current(type).add_object(type, label, word, home, this)) {}

object::~object() {
  runner* const r = current_runner;
  if (r == nullptr || !r->alive(slot_, this)) return;
  if (r->kills()) r->access_by_destruction(slot_);
  if (!r->unwinding() && !r->destroys_quietly()) {
    const point p{destroy_kind, *this, source_location{}};
    if (!p.abandoned()) r->access_by_destruction(slot_);
  }
  r->remove_object(slot_, this);
}

// --- free functions ---

thread_id this_thread_id() {
  const runner& r = current("this_thread_id");
  return r.observing() ? main_thread : r.self();
}

std::string name_of(thread_id t) { return current("name_of").threads().name_of(t); }
bool in_body() { return current_runner != nullptr; }
bool unwinding() { return in_body() && current_runner->unwinding(); }

std::uint64_t word_of(const object& o) {
  runner& r = current("word_of");
  const object_slot slot = o.slot();
  return index_of(slot) < r.execution().object_count() ? r.execution().word(slot) : 0;
}

object_id identity_of(object_slot slot) { return current("identity_of").execution().name_of(slot); }

bool is_alive(object_slot slot, const object* place) {
  return in_body() && current_runner->alive(slot, place);
}

thread_id next_child() { return current("spawn").next_child(); }
thread_body& body_of(thread_id t) { return current("spawn").body_of(t); }
void create_thread(thread_id t, std::string_view name, int number, thread_role role,
                   thread_id first_of_group) {
  current("spawn").create(t, name, number, role, first_of_group);
}
void start_threads(std::span<const thread_id> threads) { current("spawn").start(threads); }
object_slot end_of(thread_id t) {
  runner& r = current("end_of");
  NORN_INVARIANT(number_of(r.execution().name_of(r.end_of(t))) == end_of_thread);
  return r.end_of(t);
}
object_slot end_of_group_of(thread_id first) { return current("end_of_group_of").end_of(first); }

bool runs_alone() { return current("runs_alone").runs_alone(); }

timing::moment present() { return current("present").execution().size(); }
bool is_timed() { return current("is_timed").is_timed(); }
void set_delay(std::int64_t nanoseconds) {
  current("set_delay").execution().set_delay(nanoseconds);
}

thread_id parent_of(thread_id t) { return current("parent_of").parent(t); }

bool observing() {
  const runner* const r = current_runner;
  return r != nullptr && r->observing();
}

void observe(const object& o) { current("observe").observe(o.slot(), &o); }

void violate(std::string_view property, std::string_view message) {
  current("violate").violate(property, message);
}

void halt(std::string_view property, std::string_view message) {
  current("halt").halt(property, message);
}

void halt_as_misuse(std::string_view message) {
  runner& r = current("misuse");
  r.report_misuse(std::string(message));
  r.stop();
}

void set_carrier(thread_id task, thread_id carrier) {
  current("set_carrier").set_carrier(task, carrier);
}

bool are_one_thread(thread_id a, thread_id b) {
  if (a == b) return true;
  if (a == no_thread || b == no_thread) return false;
  const runner& r = current("are_one_thread");
  return r.carrier_of(a) == r.carrier_of(b);
}

void set_place(std::uint32_t number, std::string_view process, std::string_view host) {
  runner& r = current("set_place");
  r.set_process(number);
  if (r.narrates()) r.set_place({std::string(process), std::string(host)});
}

bool make_shared_memory(bool shared) {
  return current("make_shared_memory").make_shared_memory(shared);
}

void set_lifeline(const object* lifeline) {
  current("set_lifeline").set_lifeline(lifeline == nullptr ? no_object : lifeline->slot());
}

declared_fault& declare_fault(std::string_view kind, std::string_view name, std::uint32_t budget) {
  return current("declare_fault").declared().declare(kind, name, budget);
}

void halt_quietly(std::string_view property, std::string_view message) {
  runner& r = current("halt");
  r.violate(property, message);
  r.park_for_good();
}

void add_predicate(const char* name, std::function<bool()> holds) {
  runner& r = current("always");
  if (!r.unwinding()) r.add_predicate(name, std::move(holds));
}

bool fail_from_assertion(std::string_view message, const char* file, int line) {
  runner* const r = current_runner;
  if (r == nullptr) return false;
  std::string text(message);
  if (file != nullptr) text += std::string("\n  at ") + file + ":" + std::to_string(line);
  r->fail_at_next_point("assertions", text);
  return true;
}

void run_outside(void (*call)(void*), void* with) {
  if (runner* const r = runner::current()) {
    r->call_outside(call, with);
  } else {
    call(with);
  }
}

run_local_slot& find_worker_local(const void* key, std::unique_ptr<run_local_slot> (*make)()) {
  return current("state of a worker").find_worker_local(key, make);
}

run_local_slot& find_run_local(const void* key, const char* type_name,
                               std::unique_ptr<run_local_slot> (*make)()) {
  return current("state of the model").locals().find(key, type_name, make);
}

}  // namespace norn::engine
