// Footprint: what an operation touched, by the logical names of the objects, which outlive the execution.
//
// The footprint of an operation is a function of the trace before it. Of an adaptive operation it has to
// be found out by running it, so what was found out is remembered by the hash of that trace.
#pragma once

#include <cstdint>
#include <unordered_map>

#include <norn/scheduler/trace/access_index.hpp>
#include <norn/scheduler/trace/cut.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

using footprint = access_index;  // objects are their names

// Of the execution's last event.
footprint footprint_of_last(const execution& t);

// What an event touched, as a number to be compared: never 0. Two kinds of objects do not count. The end of a
// thread: what comes after the operation decides whether the thread ends with it or goes on, and only who waits for
// an end runs into it. An object that the thread made in the event: nobody could have run into it before.
//
// The objects and regions, each once, in no order: the same of an operation that is not adaptive, whatever it meets.
std::uint64_t objects_touched(const execution& t, event_id e);
// What the event's operation announced: the same whatever it meets.
std::uint64_t reach_announced(const execution& t, event_id e);
// The accesses with their modes, in their order: the same of all alternatives of an event.
std::uint64_t accesses_made(const execution& t, event_id e);

// Whether `e` conflicts with what was touched.
bool conflict(const footprint& touched, const execution& t, const event& e);

// A cache: forgetting costs probes, and nothing else.
class footprint_cache {
 public:
  // Null where it is not known.
  const footprint* find(std::uint64_t key) const;
  void learn(std::uint64_t key, footprint touched);
  void clear();

  // Of the trace that is left of the cut `at` without the events `one` and `other`, and of the thread
  // whose operation runs after it.
  static std::uint64_t key_of(const execution& t, cut_view at, event_id one, event_id other,
                              thread_id runs);

 private:
  std::unordered_map<std::uint64_t, footprint> known_;
  std::size_t bytes_ = 0;  // of these, but for what the map itself takes
};

}  // namespace norn::engine
