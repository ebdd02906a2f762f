// Partition: a search cut into segments, so that several workers can go through it at once.
//
// The segments lie in the order in which a single worker would go through them. What that one would find
// first, and how far it would have come by then, can therefore be told whoever has done what meanwhile: the
// outcome of a search does not depend on the number of workers.
//
// A worker that has work to spare cuts off what it would do last, and it becomes the segment after its own.
// Segments that are done and lie side by side are made one.
#pragma once

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/ghost_use.hpp>
#include <norn/scheduler/strategy/work_item.hpp>
#include <norn/scheduler/trace/schedule.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn::engine {

// A violation, the first of its property in a segment.
struct finding {
  std::string property;
  engine::schedule schedule;           // threads numbered in order of creation
  std::uint64_t number = 0;            // of the execution in the segment, counted from 1
  statistics so_far;                   // of the segment, with this execution
  std::vector<declared_fault> faults;  // that the segment had declared by then
};

struct segment {
  std::vector<work_item> items;  // until it is taken
  bool taken = false;
  bool done = false;
  statistics stats;
  std::vector<finding> findings;
  std::vector<declared_fault> faults;
  std::vector<ghost_use> ghosts;
  // What ended the segment, and with it the search.
  std::optional<std::string> misuse;
  bool starts_over = false;

  // Of a segment that is taken: how it was when its worker last looked up, and what was left to do then.
  struct record {
    std::vector<work_item> items;
    statistics stats;
    std::vector<declared_fault> faults;
    std::vector<ghost_use> ghosts;
    std::size_t findings = 0;
  };
  record last;
};

// What a search has come to.
struct summary {
  statistics stats;
  std::vector<finding>
      findings;  // the first of each property; numbers and statistics are the search's
  std::vector<declared_fault> faults;  // in the order of their declaration
  std::vector<ghost_use> ghosts;
  std::optional<std::string> misuse;
  const segment* starts_over = nullptr;  // what made it so
  bool decided = false;                  // nothing that is still to come can change it
  bool complete = false;                 // every segment is done
};

// Not synchronised: whoever shares one holds a lock.
class partition {
 public:
  // One segment, with the whole search in it.
  partition();
  // Requires: none of these is taken.
  explicit partition(const std::vector<segment>& segments);

  // The first segment that nobody has taken; null where there is none. Its items are the caller's to take.
  segment* take();
  bool has_waiting() const;
  // What the segment's worker gives away, a segment of its own.
  void cut_off(segment& giver, std::vector<work_item> items);
  void finish(segment& s);

  // As a single worker would have come to it; `decided` says whether findings leave nothing to decide.
  summary in_order(const std::function<bool(const std::vector<finding>&)>& decided) const;
  // Of all that was done, in whatever order.
  summary so_far() const;
  bool complete() const;
  // To go on from: none of these is taken.
  std::vector<segment> recorded() const;

 private:
  using place = std::list<segment>::iterator;
  place place_of(const segment& s);
  // Makes one of two neighbours, the first, if both are done and the search goes on after each.
  bool unite(place first, place second);

  std::list<segment> segments_;
};

void add(statistics& to, const statistics& more);
// Several of one kind and name are told apart by their order. The largest budget counts.
void add(std::vector<declared_fault>& to, const std::vector<declared_fault>& more);
// By name.
void add(std::vector<ghost_use>& to, const std::vector<ghost_use>& more);

}  // namespace norn::engine
