// Cut: a set of events closed under happens-before, held as the number of events of each thread in
// it (a vector clock). The causal past of an event, a configuration of the search and the union of
// two of them are all cuts; Mattern, "Virtual time and global states of distributed systems", 1989.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace norn::engine {

using event_count = std::uint32_t;

// A cut that lives elsewhere, in the execution's own storage. All cuts of one execution have the
// same width.
using cut_view = std::span<const event_count>;
using cut_span = std::span<event_count>;

inline bool subset(cut_view a, cut_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
  }
  return true;
}

inline void join(cut_span into, cut_view from) {
  for (std::size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
}

inline void assign(cut_span into, cut_view from) {
  std::copy(from.begin(), from.end(), into.begin());
}

}  // namespace norn::engine
