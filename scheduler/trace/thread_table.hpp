// Thread table: the threads of an execution, what each is about to do and what it has done, and which of them is
// canonically next. Identities that an earlier execution used stay in the table; their threads are absent.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/base/thread_set.hpp>
#include <norn/scheduler/trace/operation.hpp>

namespace norn::engine {

enum class thread_state : std::uint8_t {
  absent,    // not created in this execution
  parked,    // has announced its next operation
  running,   // between two announcements
  finished,  // ended by itself
  halted,    // stopped by a failure: runs no further, in this and every equivalent execution
  killed,    // stopped by a crash, which wrote its lifeline
};

class thread_table {
 public:
  // --- reading ---
  std::size_t size() const { return threads_.size(); }  // identities, absent ones included
  const thread_set& created() const { return created_; }
  const thread_set& parked() const { return parked_; }
  thread_state state(thread_id t) const { return thread(t).state; }
  const operation& pending(thread_id t) const { return thread(t).pending; }  // of a parked thread
  std::span<const event_id> events_of(thread_id t) const { return thread(t).events; }
  // The event that created the thread; no_event for the main thread.
  event_id creator_of(thread_id t) const { return thread(t).creator; }
  // Whether the thread is the world's and not the program's: its steps are faults.
  bool is_environment(thread_id t) const { return thread(t).environment; }
  // The first of the equal threads (run/spawn.hpp) that this one is among; no_thread where it is among none.
  thread_id group_of(thread_id t) const { return thread(t).group; }
  bool has_groups() const { return has_groups_; }
  bool halted_any() const { return halted_any_; }

  // `next(S)` of the exhaustive strategy, no_thread when nothing is enabled: the lowest enabled thread, those
  // of the environment last. Groups come first, and of a group whichever thread has done the least: as long as
  // they have done the same and decide before others do, they can be renamed (strategy/symmetry.hpp).
  // Only threads of `among` can be enabled; `done(t)` is how many events of the thread are in S. Where there are
  // groups, all threads are looked at.
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

  // --- recording ---
  // Begins anew, with all threads absent. Of the events of each, those among the first `kept` stay.
  void rewind(std::size_t kept);
  // creator: no_event for the main thread
  void create(thread_id t, event_id creator, bool environment);
  // Requires: `t` has just been created, by the event that created `first`.
  void set_group(thread_id t, thread_id first) {
    threads_[index_of(t)].group = first;
    has_groups_ = true;
  }
  void announce(thread_id t, const operation& op) {
    threads_[index_of(t)].pending = op;
    threads_[index_of(t)].state = thread_state::parked;
    parked_.insert(t);
  }
  // What the operation just announced, which waits at a gate, can be killed through.
  void set_lifeline(thread_id t, object_slot lifeline) {
    threads_[index_of(t)].pending.guard.lifeline = lifeline;
  }
  void set_state(thread_id t, thread_state s) {
    NORN_INVARIANT(s != thread_state::parked);
    if (state(t) == thread_state::parked) parked_.erase(t);
    threads_[index_of(t)].state = s;
    halted_any_ = halted_any_ || s == thread_state::halted;
  }
  void add_event(thread_id t, event_id e) { threads_[index_of(t)].events.push_back(e); }

  void check_invariants() const;

 private:
  struct record {
    thread_state state = thread_state::absent;
    // Its clock is complete only when the event is: what follows the creation may still touch more.
    event_id creator = no_event;
    bool environment = false;
    thread_id group = no_thread;
    operation pending;
    std::vector<event_id> events;
  };

  const record& thread(thread_id t) const { return threads_[index_of(t)]; }
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

  std::vector<record> threads_;
  thread_set created_;
  thread_set parked_;
  bool has_groups_ = false;
  bool halted_any_ = false;
};

}  // namespace norn::engine
