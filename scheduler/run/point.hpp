// Point: the one door between a model and the scheduler. A modelled operation is a point: its
// constructor announces the operation and returns when the scheduler lets it execute; what follows,
// up to the next point of the same thread, happens in one step.
//
//   void mutex::lock(source_location where) {
//     point p{lock_kind, state_, where, guard{state_.slot(), is_free}};
//     p.write(state_);
//     p.set_word(state_, owned_by(p.thread()));
//     p.acquire(state_);
//   }
//
// Nothing here allocates or formats while an execution is only explored; `describe` runs its
// argument when the execution is narrated, to be shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/narration.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/trace/access.hpp>
#include <norn/scheduler/trace/operation.hpp>
#include <norn/scheduler/trace/timing.hpp>

namespace norn::engine {

class runner;
enum class synchronisation : std::uint8_t;

class point {
 public:
  // Announces and waits to be scheduled. A scheduling point. When the execution has been abandoned
  // it throws an exception of Norn's own that unwinds the thread (never catch it without rethrowing).
  // For a kind with `nothrow`, and in whatever destructor the unwinding runs, it returns with
  // `abandoned()` true instead, and everything that is asked of it does nothing.
  point(const operation_kind& kind, const object& on, source_location where, guard waits_for = {});
  // In timed mode it happens when `when` says (trace/timing.hpp). Requires: `when` outlives the constructor.
  point(const operation_kind& kind, const object& on, source_location where, const timing& when);
  point(const operation_kind& kind, object_slot on, source_location where, guard waits_for,
        const timing& when);
  // An operation on no object: a choice, the creation of a thread.
  point(const operation_kind& kind, source_location where);
  // An operation on an object of the scheduler's own, such as the end of a thread.
  point(const operation_kind& kind, object_slot on, source_location where, guard waits_for);

  point(const point&) = delete;
  point& operator=(const point&) = delete;

  // The execution is being taken down: change nothing, touch nothing, return.
  bool abandoned() const { return runner_ == nullptr; }
  thread_id thread() const { return thread_; }

  // Announces what the operation can touch at most, by its strongest access. Only of kinds whose reach is `announced`;
  // all of it before the first access. Requires: depends on nothing but what the thread had seen before the point. An
  // access outside of what was announced is misuse.
  void may_read(const object& o, region where = region::whole()) {
    if (recording_) announce(o.slot(), access_mode::read, 0, where);
  }
  void may_write(const object& o, region where = region::whole()) {
    if (recording_) announce(o.slot(), access_mode::write, 0, where);
  }
  void may_write(object_slot o) {
    if (recording_) announce(o, access_mode::write, 0, region::whole());
  }
  // Of an object that is observed lazily, too.
  void may_update(const object& o, std::uint8_t update_class) {
    if (recording_) announce(o.slot(), access_mode::update, update_class, region::whole());
  }

  // Accesses, in the order in which the operation makes them (access.hpp).
  void read(const object& o, region where = region::whole()) {
    if (recording_) touch(o.slot(), access_mode::read, 0, where);
  }
  void read(object_slot o) {
    if (recording_) touch(o, access_mode::read, 0, region::whole());
  }
  void write(const object& o, region where = region::whole()) {
    if (recording_) touch(o.slot(), access_mode::write, 0, where);
  }
  void update(const object& o, std::uint8_t update_class, region where = region::whole()) {
    if (recording_) touch(o.slot(), access_mode::update, update_class, where);
  }

  // Accesses of an object that is observed lazily, such as the clock: they are left out until some execution of the
  // search observes the object. The search starts over then. Each of the object's accesses is one of these three.
  void read_lazily(const object& o);  // of what shows in nothing but the object itself
  void update_lazily(const object& o, std::uint8_t update_class);
  void observe(const object& o);  // a read

  // The object's word: writable by an event that writes the object.
  std::uint64_t word(const object& o) const;
  void set_word(const object& o, std::uint64_t word);

  // Undecided outcomes: returns one of 0 … n-1, each tried by an exhaustive search. At most one call
  // for each point, before accesses; all alternatives must make the same accesses to objects that
  // others can reach. Requires: 1 ≤ n ≤ 65535.
  std::uint16_t choose(std::uint32_t n);

  // Synchronisation by the rules of C++ ([intro.races]), for the race detector: what the thread did
  // happens before whatever acquires the object next.
  void release(const object& o) {  // replaces what was released before
    if (recording_) note_release(o);
  }
  void release_join(const object& o) {  // adds to it (read-modify-write, shared unlock)
    if (recording_) note_release_join(o);
  }
  void acquire(const object& o) {
    if (recording_) note_acquire(o.slot());
  }
  void acquire(object_slot o) {
    if (recording_) note_acquire(o);
  }
  void forget_release(const object& o);  // a plain store ends the release sequence
  // Relaxed atomic operations and the fences that lend them an order ([atomics.fences]).
  void acquire_relaxed(const object& o);       // a relaxed load
  void release_relaxed(const object& o);       // a relaxed store: ends the release sequence
  void release_join_relaxed(const object& o);  // a relaxed read-modify-write: continues it
  void fence_release();
  void fence_acquire();

  // An access that the race detector checks against the unsynchronised ones of other threads.
  void checked_read(const object& o);
  void checked_write(const object& o);

  // Kills every thread whose lifeline is the object (lifeline.hpp): none of them takes another step, and
  // whoever joins one goes on. Writes the object, the ends of these threads and the gates that they
  // wait at, and sets the object's word. Their stacks are unwound at once. Returns how many there were;
  // where there are none the word stays.
  std::size_t kill(const object& lifeline);

  // Records that a property does not hold. `halt`: the thread cannot go on from here (it has
  // misused the model); unwinds it.
  void violate(std::string_view property, std::string_view message);
  [[noreturn]] void halt(std::string_view property, std::string_view message);

  template <class Describe>  // void(narration&)
  void describe(Describe&& d) {
    if (narrated_) d(*narrating());
  }

 private:
  point(const operation& op, const object* on);
  void begin();
  void abandon(const operation_kind& kind);
  void come_too_late(const operation_kind& kind, object_slot slot, source_location where,
                     const guard& waits_for);
  void be_overtaken(const operation_kind& kind, object_slot slot);
  void announce(object_slot o, access_mode mode, std::uint8_t update_class, region where);
  void touch(object_slot o, access_mode mode, std::uint8_t update_class, region where);
  void note(synchronisation what, object_slot o);
  void note_release(const object& o);
  void note_release_join(const object& o);
  void note_acquire(object_slot o);
  narration* narrating() const;

  runner* runner_;
  thread_id thread_;
  bool recording_ = false;  // its event is new, not one that repeats what was recorded
  bool narrated_ = false;
  std::size_t step_ = 0;  // its event is the last of so many
};

// The thread that is running. Requires: inside the body of a check.
thread_id this_thread_id();
// The thread that created it; no_thread for the main thread.
thread_id parent_of(thread_id t);

// Whether both are one thread of the program: the same, or tasks that one thread carries (spawn.hpp). Who owns a lock is
// asked of threads of the program.
bool are_one_thread(thread_id a, thread_id b);

// Whether the caller is the main thread and nothing can run beside it: every other thread has ended in its
// past. The same in every equivalent execution.
bool runs_alone();

// For the reader of a message; numbers where the execution is not narrated.
std::string name_of(thread_id t);

// Whether the caller runs inside the body of a check, and whether its thread is being taken down:
// then nothing is to be changed.
bool in_body();
bool unwinding();

// The object's word, for assertions and for the model's own bookkeeping. No access is recorded; what is
// announced by it must not depend on another thread, nor on whether the object has been destroyed.
std::uint64_t word_of(const object& o);

// The object's logical name: an order of objects that is the same in every interleaving.
object_id identity_of(object_slot slot);

// Whether the object that had this slot and place has not been destroyed.
bool is_alive(object_slot slot, const object* place);

// The time of the newest event, for the timing of operations to come.
timing::moment present();

// Whether the search is in timed mode, where the clock does not show a lower bound alone.
bool is_timed();

// In timed mode, and from here on: an enabled operation of the program happens within so many nanoseconds.
void set_delay(std::int64_t nanoseconds);

// True while an `always` predicate is evaluated: a model's read then takes no step; it calls
// `observe` and returns its value. Every other operation inside a predicate is misuse.
bool observing();
void observe(const object& o);

}  // namespace norn::engine
