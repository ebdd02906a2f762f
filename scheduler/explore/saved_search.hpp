// Saved search: all that a search needs to go on later, in another process of the same program. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <norn/scheduler/explore/partition.hpp>
#include <norn/scheduler/run/faults.hpp>

namespace norn::engine {

struct saved_search {
  // Over: the one segment holds what it came to.
  bool over = false;
  bool complete = false;
  bound_kind bound_hit = bound_kind::none;
  // In the order of a single worker. None of them is taken; what had not been done is among their items.
  std::vector<segment> segments;
  // What was learnt about the program.
  std::vector<std::vector<std::uint32_t>> threads;  // paths (thread_names.hpp), by identity
  std::vector<std::uint64_t> extra_accesses;        // kinds, by the hash of their names
  std::vector<std::pair<std::uint64_t, std::uint64_t>> observed;  // objects, and who looks at them
};

}  // namespace norn::engine
