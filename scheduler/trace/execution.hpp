// Execution: one run of the program under test as a partially ordered set of events.
//
// The runner records events while the program runs; strategies and reports only read. Recording
// computes happens-before by the way: each event's clock is the join of the clocks of its thread's
// previous event (or of the event that created the thread) and of every earlier event that it
// depends on. That order is Mazurkiewicz's, made of `dependent`; whether the program synchronises by
// the rules of C++ is another order, kept by the race detector.
//
// Threads, objects and the objects' frontiers are tables of their own. The execution keeps the events
// with their accesses, predecessors and clocks, and answers what takes more than one table.
//
// All tables keep their memory from one execution to the next: recording allocates nothing once the
// tables have grown to the size of the program. What is more, an execution may begin like the one
// before it: `rewind` keeps the first events of that one as they were recorded. While the program
// does those again, nothing is recorded; the runner only holds what comes against the record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/base/thread_set.hpp>
#include <norn/scheduler/trace/access.hpp>
#include <norn/scheduler/trace/access_frontiers.hpp>
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/event.hpp>
#include <norn/scheduler/trace/object_table.hpp>
#include <norn/scheduler/trace/schedule.hpp>
#include <norn/scheduler/trace/thread_table.hpp>

namespace norn::engine {

enum class outcome : std::uint8_t {
  running,
  completed,  // nothing is enabled any more: every thread has ended or is blocked for good
  cut_off,    // the strategy stopped it
  too_deep,   // the step limit stopped it
  diverged,   // a replayed step met another operation than the one it recorded
};

class execution {
 public:
  // --- reading ---
  std::size_t size() const { return size_; }
  const event& at(event_id e) const { return events_[index_of(e)]; }
  const event& last() const { return events_[size_ - 1]; }
  std::span<const event> events() const { return std::span(events_).first(size_); }

  std::span<const access> accesses(const event& e) const {
    return std::span(accesses_).subspan(e.first_access, e.last_access - e.first_access);
  }
  // What the event's operation can touch at most. Empty where its kind announces nothing.
  std::span<const access> announced(const event& e) const {
    return std::span(announced_).subspan(e.first_announced, e.last_announced - e.first_announced);
  }
  // The events of other threads that the event directly depends on: the newest on each of its
  // objects. An earlier conflicting event lies in the past of one of these.
  std::span<const event_id> predecessors(const event& e) const {
    return std::span(predecessors_)
        .subspan(e.first_predecessor, e.last_predecessor - e.first_predecessor);
  }
  // The event and its causal past.
  cut_view clock(event_id e) const { return row(index_of(e)); }
  bool happens_before(event_id a, event_id b) const {
    const event& first = at(a);
    return clock(b)[index_of(first.thread)] > first.index;
  }

  // Whether two events are dependent, whatever else orders them.
  bool conflict(const event& a, const event& b) const;
  // Whether what the first event announced conflicts with the second one.
  bool may_conflict(const event& announces, const event& with) const;

  std::size_t width() const { return width_; }
  std::size_t thread_count() const { return threads_.size(); }  // identities, absent ones included
  const thread_set& created() const { return threads_.created(); }
  thread_state state(thread_id t) const { return threads_.state(t); }
  const operation& pending(thread_id t) const { return threads_.pending(t); }  // of a parked thread
  std::span<const event_id> events_of(thread_id t) const { return threads_.events_of(t); }
  event_id creator_of(thread_id t) const { return threads_.creator_of(t); }
  bool is_environment(thread_id t) const { return threads_.is_environment(t); }
  thread_id group_of(thread_id t) const { return threads_.group_of(t); }
  bool has_groups() const { return threads_.has_groups(); }
  // Every property violated in this execution has been reported to the runner; what the strategies
  // need to know is only whether a failure halted a thread.
  bool halted_any() const { return threads_.halted_any(); }
  // What lies before the first event of the thread.
  cut_view creation_clock(thread_id t) const {
    const event_id creator = creator_of(t);
    return creator == no_event ? cut_view(nothing_) : clock(creator);
  }
  // The causal past of the thread's `index`-th event, as far as its own thread orders it.
  cut_view clock_before(thread_id t, std::size_t index) const {
    return index == 0 ? creation_clock(t) : clock(events_of(t)[index - 1]);
  }

  bool is_enabled(thread_id t) const {
    return state(t) == thread_state::parked && objects_.is_open(pending(t).guard);
  }
  bool is_open(const guard& g) const { return objects_.is_open(g); }
  // In timed mode an enabled operation happens within so many nanoseconds, unless its timing says otherwise.
  std::int64_t delay() const { return delay_; }
  // `next(S)` of the exhaustive strategy (thread_table.hpp), where S are all events.
  thread_id canonical_next() const {
    return next(
        threads_.parked(), [&](thread_id t) { return is_enabled(t); },
        [&](thread_id t) { return events_of(t).size(); });
  }
  // The same of any configuration S.
  template <class Enabled, class Done>
  thread_id next(const thread_set& among, const Enabled& enabled, const Done& done) const {
    return threads_.next(among, enabled, done);
  }

  std::size_t object_count() const { return objects_.size(); }
  object_id name_of(object_slot o) const { return objects_.name_of(o); }
  bool made_in(object_slot o, event_id e) const { return objects_.made_in(o, e); }
  std::uint64_t word(object_slot o) const { return objects_.word(o); }
  std::uint64_t initial_word(object_slot o) const { return objects_.initial_word(o); }
  using word_write = engine::word_write;
  std::span<const word_write> word_writes(object_slot o) const { return objects_.writes(o); }
  // The object's word after the events of the cut. Requires: the object has a guard waiting on it or
  // had one, so that its writes are totally ordered. Of a group's end, the word is right where all have ended,
  // and less where not.
  std::uint64_t word_at(object_slot o, cut_view cut) const;

  engine::outcome outcome() const { return outcome_; }

  // The steps that replay this execution with threads numbered as they were created.
  step step_of(const event& e) const { return step{e.thread, e.alternative, check_of(e.op)}; }
  std::uint32_t check_of(const operation& op) const {
    return op.object == no_object ? check_of(*op.kind) : check_of(*op.kind, name_of(op.object));
  }
  // Of an operation on the object of this name, or on none.
  static std::uint32_t check_of(const operation_kind& kind, std::optional<object_id> on = {});

  // --- recording; the runner only ---
  // Begins anew, as the execution just recorded did in its first `kept` events.
  // Requires: those are closed.
  void rewind(std::size_t kept);
  // Whether what happens now has been recorded before, and whether the next event has been.
  bool recorded() const { return size_ < record_end_; }
  bool next_is_recorded() const { return size_ < kept_; }
  const event& next_recorded() const { return events_[size_]; }
  // Whether the objects came to be as it was recorded: in that order and, once the record has been
  // repeated, all of them. Requires: no thread is between two announcements.
  bool fits_record() const {
    return objects_.fits_record() && (next_is_recorded() || objects_.completes_record());
  }
  // Whether the next event can be what was recorded.
  bool can_repeat() const {
    const event& expected = next_recorded();
    const operation& announced = pending(expected.thread);
    return objects_.fits_record() && announced.kind == expected.op.kind &&
           announced.object == expected.op.object && is_enabled(expected.thread);
  }

  // creator: no_event for the main thread
  void create_thread(thread_id t, event_id creator, bool environment);
  void set_group(thread_id t, thread_id first) { threads_.set_group(t, first); }
  void announce(thread_id t, const operation& op) { threads_.announce(t, op); }
  void set_lifeline(thread_id t, object_slot lifeline) { threads_.set_lifeline(t, lifeline); }
  void set_state(thread_id t, thread_state s) { threads_.set_state(t, s); }
  object_slot add_object(object_id id, std::uint64_t word);
  void set_word(object_slot o, std::uint64_t word) { objects_.set_word(o, word); }
  void begin_event(thread_id t) {
    NORN_INVARIANT(state(t) == thread_state::parked);
    threads_.set_state(t, thread_state::running);
    if (size_++ < kept_) {
      events_[size_ - 1].op.guard.operand = pending(t).guard.operand;
    } else {
      record_event(t);
    }
  }
  void set_alternative(std::uint16_t chosen, std::uint16_t offered);
  void add_announced(const access& a);
  void add_access(const access& a);
  void mark_extra_accesses() { events_[size_ - 1].has_extra_accesses = true; }
  void mark_cut_short() { events_[size_ - 1].cut_short = true; }
  // Closes the last event: its writes take their objects' words with them. A recorded event's too:
  // a program's own pointers are no longer what they were.
  void end_event() {
    if (last().only_reads) return;
    const auto id = event_id(size_ - 1);
    recorded() ? objects_.refresh_writes(id, accesses(last()))
               : objects_.record_writes(id, accesses(last()));
  }
  void set_outcome(engine::outcome o) { outcome_ = o; }
  void set_delay(std::int64_t nanoseconds) { delay_ = nanoseconds; }

  void check_invariants() const;

 private:
  cut_view row(std::size_t event) const { return {clocks_.data() + event * width_, width_}; }
  cut_span row(std::size_t event) { return {clocks_.data() + event * width_, width_}; }
  void widen(std::size_t threads);
  void record_event(thread_id t);
  void add_predecessor(event& e, event_id p);

  std::size_t width_ = 0;
  std::size_t size_ = 0;
  std::size_t kept_ = 0;        // events of the record
  std::size_t record_end_ = 0;  // what happens while fewer events than this have begun is recorded
  std::vector<event> events_;   // max(size_, kept_) of them
  std::vector<access> accesses_;
  std::vector<access> announced_;
  std::vector<event_id> predecessors_;
  std::vector<event_count> clocks_;   // one row an event
  std::vector<event_count> nothing_;  // the empty cut
  thread_table threads_;
  object_table objects_;
  access_frontiers frontiers_;
  engine::outcome outcome_ = engine::outcome::running;
  std::int64_t delay_ = 0;
};

}  // namespace norn::engine
