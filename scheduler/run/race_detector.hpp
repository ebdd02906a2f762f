// Race detector: happens-before by the rules of C++ ([intro.races]) with vector clocks and epochs
// (Flanagan & Freund, "FastTrack", PLDI 2009). It learns only what synchronises: creation and end of
// threads, releases and acquires. Two conflicting accesses of a checked variable that are ordered
// only because the scheduler happened to run one first are a data race.
//
// While a program runs, what it does is only noted; the notes are read when the execution has ended,
// and only if there is a checked access among them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

// What a note says that a thread did to an object, or to another thread.
enum class synchronisation : std::uint8_t {
  create_thread,  // the object is the child's number
  acquire,
  release,         // replaces what was released before
  release_join,    // adds to it (read-modify-write, shared unlock)
  forget_release,  // a plain store ends the release sequence
  // Fences ([atomics.fences]): a release fence lends its clock to the thread's later relaxed stores;
  // an acquire fence takes what the thread's earlier relaxed loads have seen.
  fence_release,
  fence_acquire,
  relaxed_load,
  relaxed_store,   // ends the release sequence
  relaxed_update,  // continues it
  checked_read,
  checked_write,
};

class race_detector {
 public:
  struct conflict {
    object_slot object{};
    event_id earlier{};
    bool earlier_wrote = false;
    event_id later{};
    bool later_writes = false;
  };

  // Forgets all but what was noted up to the end of the first `kept` events.
  void rewind(std::size_t kept);

  // `events`: how many have begun.
  void note(synchronisation what, thread_id by, object_slot o, std::size_t events) {
    notes_.push_back({what, by, o, static_cast<std::uint32_t>(events)});
    checks_ += what >= synchronisation::checked_read ? 1 : 0;
  }

  // The first data race among the accesses noted.
  std::optional<conflict> find();

 private:
  using clock = std::vector<std::uint32_t>;
  struct noted {
    synchronisation what;
    thread_id by{};
    object_slot object{};
    std::uint32_t events;
  };
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
  void clear_clocks();
  void apply(const noted& n);
  void tick(thread_id t);
  void create(thread_id child, thread_id creator);
  void read(const noted& n);
  void write(const noted& n);
  bool races(const epoch& earlier, thread_id t) const;
  void report(const noted& later, const epoch& earlier, bool earlier_wrote);
  epoch now(const noted& n) const;

  std::vector<noted> notes_;
  std::size_t checks_ = 0;
  std::vector<thread_clocks> threads_;
  std::vector<clock> objects_;
  std::vector<history> histories_;
  std::optional<conflict> found_;
};

}  // namespace norn::engine
