// Trace hash: of a set of events as a Mazurkiewicz trace. It is the sum, over the events, of a hash of
// what the event is, which alternative it took and which events lie in its past: the order in which
// independent events came does not enter.
#pragma once

#include <cstdint>

#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
  hash *= 0xbf58476d1ce4e5b9;
  return hash ^ (hash >> 29);
}

// What one event adds. Requires: the event is closed.
std::uint64_t hash_of(const execution& t, event_id e);

}  // namespace norn::engine
