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

#include <norn/scheduler/strategy/work_item.hpp>
#include <norn/scheduler/trace/schedule.hpp>
#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

// A violation, the first of its property in a segment.
struct finding {
  std::string property;
  norn::schedule schedule;   // threads numbered in order of creation
  std::uint64_t number = 0;  // of the execution in the segment, counted from 1
  statistics so_far;         // of the segment, with this execution
};

struct segment {
  std::vector<work_item> items;  // until it is taken
  bool taken = false;
  bool done = false;
  statistics stats;
  std::vector<finding> findings;
  std::optional<std::string> misuse;  // ended the segment
};

// What a search has come to.
struct summary {
  statistics stats;
  std::vector<finding>
      findings;  // the first of each property; numbers and statistics are the search's
  std::optional<std::string> misuse;
  bool decided = false;   // nothing that is still to come can change it
  bool complete = false;  // every segment is done
};

// Not synchronised: whoever shares one holds a lock.
class partition {
 public:
  // One segment, with the whole search in it.
  partition();

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

 private:
  using place = std::list<segment>::iterator;
  place place_of(const segment& s);
  // Makes one of two neighbours, the first, if both are done and the search goes on after the first.
  bool unite(place first, place second);

  std::list<segment> segments_;
};

void add(statistics& to, const statistics& more);

}  // namespace norn
