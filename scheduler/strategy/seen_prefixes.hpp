// Seen prefixes: which traces a search by prefixes has met, and in which state of its own. What is remembered of one is
// a hash of 64 bits: n of them collide with a chance of n²/2⁶⁵, 3 in a million for ten million.
//
// Memory: about 40 bytes for each, up to 50 million. Beyond that the search is right and slower: it meets traces again
// and counts them again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

class seen_prefixes {
 public:
  // The next execution has so many events in common with the last one.
  void rewind(std::size_t common);
  // Whether this prefix has not been met in this state.
  bool add(const execution& so_far, std::uint64_t state);

 private:
  std::uint64_t hash_of_trace(const execution& so_far);

  std::unordered_set<std::uint64_t> seen_;
  std::vector<std::uint64_t> hashes_{0};  // of the first i events of the execution now run
};

}  // namespace norn::engine
