// Execution: one run of the program under test as a partially ordered set of events.
//
// The runner records events while the program runs; strategies and reports only read. Recording
// computes happens-before by the way: each event's clock is the join of the clocks of its thread's
// previous event (or of the event that created the thread) and of every earlier event that it
// depends on. That order is Mazurkiewicz's, made of `dependent`; whether the program synchronises by
// the rules of C++ is another order, kept by the race detector.
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
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/event.hpp>
#include <norn/scheduler/trace/schedule.hpp>

namespace norn::engine {

enum class thread_state : std::uint8_t {
  absent,    // not created in this execution
  parked,    // has announced its next operation
  running,   // between two announcements
  finished,  // ended by itself
  halted,    // stopped by a failure: runs no further, in this and every equivalent execution
  killed,    // stopped by a crash, which wrote its lifeline
};

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

  std::size_t width() const { return width_; }
  std::size_t thread_count() const { return threads_.size(); }  // identities, absent ones included
  const thread_set& created() const { return created_; }
  thread_state state(thread_id t) const { return thread(t).state; }
  const operation& pending(thread_id t) const { return thread(t).pending; }  // of a parked thread
  std::span<const event_id> events_of(thread_id t) const { return thread(t).events; }
  // The event that created the thread; no_event for the main thread.
  event_id creator_of(thread_id t) const { return thread(t).creator; }
  // What lies before the first event of the thread.
  cut_view creation_clock(thread_id t) const {
    const event_id creator = thread(t).creator;
    return creator == no_event ? cut_view(nothing_) : clock(creator);
  }
  // The causal past of the thread's `index`-th event, as far as its own thread orders it.
  cut_view clock_before(thread_id t, std::size_t index) const {
    return index == 0 ? creation_clock(t) : clock(thread(t).events[index - 1]);
  }

  bool is_enabled(thread_id t) const {
    const thread_record& record = thread(t);
    if (record.state != thread_state::parked) return false;
    const guard& g = record.pending.guard;
    if (!g.exists()) return true;
    if (g.lifeline != no_object && word(g.lifeline) != 0) return false;
    return g.open(word(g.object), g.operand);
  }
  // `next(S)` of the exhaustive strategy, no_thread when nothing is enabled: the lowest enabled thread, those
  // of the environment last. Groups come first, and of a group whichever thread has done the least: as long as
  // they have done the same and decide before others do, they can be renamed (strategy/symmetry.hpp).
  thread_id canonical_next() const {
    return next(
        parked_, [&](thread_id t) { return is_enabled(t); },
        [&](thread_id t) { return thread(t).events.size(); });
  }
  // The same of any configuration: only those of `among` can be enabled in it, and `done(t)` is how many events
  // of the thread are in it. Where there are groups, all threads are looked at.
  template <class Enabled, class Done>
  thread_id next(const thread_set& among, const Enabled& enabled, const Done& done) const {
    if (has_groups_) return next_with_groups(enabled, done);
    thread_id environment = no_thread;
    const thread_id found = among.find([&](thread_id t) {
      if (!is_environment(t)) return enabled(t);
      if (environment == no_thread && enabled(t)) environment = t;
      return false;
    });
    return found == no_thread ? environment : found;
  }
  // Whether the thread is the world's and not the program's: its steps are faults.
  bool is_environment(thread_id t) const { return thread(t).environment; }
  // The first of the equal threads (run/spawn.hpp) that this one is among; no_thread where it is among none.
  thread_id group_of(thread_id t) const { return thread(t).group; }
  bool has_groups() const { return has_groups_; }

  std::size_t object_count() const { return object_count_; }
  object_id name_of(object_slot o) const { return objects_[index_of(o)].id; }
  bool made_in(object_slot o, event_id e) const {
    return objects_[index_of(o)].made_after == index_of(e) + 1;
  }
  std::uint64_t word(object_slot o) const { return objects_[index_of(o)].word; }
  // The object's word after the events of the cut. Requires: the object has a guard waiting on it or
  // had one, so that its writes are totally ordered. Of a group's end, the word is right where all have ended,
  // and less where not.
  std::uint64_t word_at(object_slot o, cut_view cut) const;
  std::uint64_t initial_word(object_slot o) const { return objects_[index_of(o)].initial_word; }
  // The events that wrote the object's word, in order.
  struct word_write {
    event_id event{};
    std::uint64_t word = 0;
  };
  std::span<const word_write> word_writes(object_slot o) const {
    return objects_[index_of(o)].writes;
  }

  engine::outcome outcome() const { return outcome_; }
  // Every property violated in this execution has been reported to the runner; what the strategies
  // need to know is only whether a failure halted a thread.
  bool halted_any() const { return halted_any_; }

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
    return fits_record_ && (size_ < kept_ || object_count_ >= objects_known_);
  }
  // Whether the next event can be what was recorded.
  bool can_repeat() const {
    const event& expected = events_[size_];
    const thread_record& by = thread(expected.thread);
    return fits_record_ && by.state == thread_state::parked &&
           by.pending.kind == expected.op.kind && by.pending.object == expected.op.object &&
           is_enabled(expected.thread);
  }

  // creator: no_event for the main thread
  void create_thread(thread_id t, event_id creator, bool environment);
  // Requires: `t` has just been created, by the event that created `first`.
  void set_group(thread_id t, thread_id first) {
    threads_[index_of(t)].group = first;
    has_groups_ = true;
  }
  void announce(thread_id t, const operation& op);
  // What the operation just announced, which waits at a gate, can be killed through.
  void set_lifeline(thread_id t, object_slot lifeline) {
    threads_[index_of(t)].pending.guard.lifeline = lifeline;
  }
  object_slot add_object(object_id id, std::uint64_t word);
  void set_word(object_slot o, std::uint64_t word) { objects_[index_of(o)].word = word; }
  void begin_event(thread_id t) {
    thread_record& by = threads_[index_of(t)];
    NORN_INVARIANT(by.state == thread_state::parked);
    by.state = thread_state::running;
    parked_.erase(t);
    if (size_++ < kept_) {
      events_[size_ - 1].op.guard.operand = by.pending.guard.operand;
    } else {
      record_event(t, by);
    }
  }
  void set_alternative(std::uint16_t chosen, std::uint16_t offered);
  void add_access(const access& a);
  void mark_extra_accesses() { events_[size_ - 1].has_extra_accesses = true; }
  void mark_cut_short() { events_[size_ - 1].cut_short = true; }
  // Closes the last event: its writes take their objects' words with them. A recorded event's too:
  // a program's own pointers are no longer what they were.
  void end_event() {
    if (last().only_reads) return;
    recorded() ? refresh_writes() : record_writes();
  }
  void set_state(thread_id t, thread_state s);
  void set_outcome(engine::outcome o) { outcome_ = o; }

  void check_invariants() const;

 private:
  // The frontier of an object: those of its accesses that a later access may depend on directly. A list, the
  // newest first; older frontiers of the object may share its end. The entries are in frontiers_.
  // Invariant: for every recorded access a of the object there is an access f in the frontier, a itself or one
  // with a in its past, such that every access in conflict with a is in conflict with f.
  using frontier = std::uint32_t;
  static constexpr frontier none = UINT32_MAX;
  struct frontier_entry {
    event_id event{};
    thread_id thread{};
    frontier older = none;
    access what;
    // The entries from this one on that commute by their modes: what comes after them, and whose they are, one
    // bit for a thread or several.
    frontier after_alike = none;
    std::uint64_t threads_alike = 0;
  };
  struct frontier_change {
    object_slot object{};
    frontier before = none;
    std::uint32_t entries = 0;  // so many there were
  };
  struct object_record {
    object_id id{};
    std::uint64_t word = 0;
    std::uint64_t initial_word = 0;
    std::uint32_t made_after = 0;  // this many events
    frontier newest = none;
    std::vector<word_write> writes;
    std::size_t rewritten = 0;  // of these, as many have happened again
  };
  struct thread_record {
    thread_state state = thread_state::absent;
    // Its clock is complete only when the event is: what follows the creation may still touch more.
    event_id creator = no_event;
    bool environment = false;
    thread_id group = no_thread;
    operation pending;
    std::vector<event_id> events;
  };

  const thread_record& thread(thread_id t) const { return threads_[index_of(t)]; }
  template <class Enabled, class Done>
  thread_id next_with_groups(const Enabled& enabled, const Done& done) const {
    thread_id other = no_thread;
    thread_id environment = no_thread;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      const auto t = thread_id(i);
      if (threads_[i].group != no_thread) {
        const thread_id first = threads_[i].group == t ? least_done(t, enabled, done) : no_thread;
        if (first != no_thread) return first;
        continue;
      }
      thread_id& found = threads_[i].environment ? environment : other;
      if (found == no_thread && enabled(t)) found = t;
    }
    return other != no_thread ? other : environment;
  }
  template <class Enabled, class Done>
  thread_id least_done(thread_id first, const Enabled& enabled, const Done& done) const {
    thread_id least = no_thread;
    for (std::size_t i = index_of(first); i < threads_.size(); ++i) {
      const auto t = thread_id(i);
      if (threads_[i].group != first || !enabled(t)) continue;
      if (least == no_thread || done(t) < done(least)) least = t;
    }
    return least;
  }
  cut_view row(std::size_t event) const { return {clocks_.data() + event * width_, width_}; }
  cut_span row(std::size_t event) { return {clocks_.data() + event * width_, width_}; }
  void widen(std::size_t threads);
  void undo_frontiers(std::size_t change);
  void record_event(thread_id t, thread_record& by);
  void record_writes();
  void refresh_writes();
  static bool covers(const access& a, thread_id by, const frontier_entry& older);
  frontier uncovered(frontier newest, frontier last, const access& a, thread_id by);
  frontier add_entry(event_id event, thread_id thread, const access& what, frontier older);
  void add_predecessor(event& e, event_id p);

  std::size_t width_ = 0;
  std::size_t size_ = 0;
  std::size_t kept_ = 0;        // events of the record
  std::size_t record_end_ = 0;  // what happens while fewer events than this have begun is recorded
  bool fits_record_ = true;
  std::vector<event> events_;  // max(size_, kept_) of them
  std::vector<access> accesses_;
  std::vector<event_id> predecessors_;
  std::vector<event_count> clocks_;   // one row an event
  std::vector<event_count> nothing_;  // the empty cut
  std::vector<thread_record> threads_;
  thread_set created_;
  thread_set parked_;
  std::vector<object_record> objects_;  // of these object_count_ exist, objects_known_ are recorded
  std::size_t object_count_ = 0;
  std::size_t objects_known_ = 0;
  std::vector<frontier_entry> frontiers_;
  std::vector<frontier> uncovered_;  // scratch
  std::vector<frontier_change> changes_;
  engine::outcome outcome_ = engine::outcome::running;
  bool halted_any_ = false;
  bool has_groups_ = false;
};

}  // namespace norn::engine
