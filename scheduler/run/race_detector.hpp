// Race detector: happens-before by the rules of C++ ([intro.races]) with vector clocks and epochs
// (Flanagan & Freund, "FastTrack", PLDI 2009). It learns only what synchronises: creation and end of
// threads, releases and acquires. Two conflicting accesses of a checked variable that are ordered
// only because the scheduler happened to run one first are a data race.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn {

class race_detector {
 public:
  // The earlier half of a race.
  struct conflict {
    event_id earlier{};
    bool earlier_wrote = false;
  };

  void clear();
  void create_thread(thread_id child, thread_id creator);

  void acquire(thread_id t, object_slot o);
  void release(thread_id t, object_slot o);
  void release_join(thread_id t, object_slot o);
  void forget_release(thread_id t, object_slot o);

  // Fences ([atomics.fences]): a release fence lends its clock to the thread's later relaxed stores;
  // an acquire fence takes what the thread's earlier relaxed loads have seen.
  void fence_release(thread_id t);
  void fence_acquire(thread_id t);
  void relaxed_load(thread_id t, object_slot o);
  void relaxed_store(thread_id t, object_slot o);
  void relaxed_update(thread_id t, object_slot o);

  std::optional<conflict> read(thread_id t, object_slot o, event_id now);
  std::optional<conflict> write(thread_id t, object_slot o, event_id now);

  // Whether every thread that the given one knows of has ended, to its knowledge: nothing runs
  // beside it. `ended[t]` tells which threads have released their end objects.
  bool knows(thread_id observer, thread_id other, std::uint32_t epoch) const;
  std::uint32_t epoch_of(thread_id t) const;

 private:
  using clock = std::vector<std::uint32_t>;
  struct epoch {
    thread_id thread = no_thread;
    std::uint32_t time = 0;
    event_id event = no_event;
  };
  struct history {
    epoch write;
    std::vector<epoch> reads;
  };
  struct thread_clocks {
    clock now;
    clock released_by_fence;  // lent to relaxed stores
    clock seen_relaxed;       // for the next acquire fence
  };

  static void join(clock& into, const clock& from);
  void tick(thread_id t);
  bool before(const epoch& e, thread_id t) const;
  clock& object_clock(object_slot o);
  history& history_of(object_slot o);

  std::vector<thread_clocks> threads_;
  std::vector<clock> objects_;
  std::vector<history> histories_;
};

}  // namespace norn
