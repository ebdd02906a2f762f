#include <norn/scheduler/strategy/seen_prefixes.hpp>

#include <algorithm>

#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn::engine {

namespace {

constexpr std::size_t remembered = 50'000'000;

}  // namespace

void seen_prefixes::rewind(std::size_t common) {
  hashes_.resize(std::min(hashes_.size(), common + 1));
}

bool seen_prefixes::add(const execution& so_far, std::uint64_t state) {
  const std::uint64_t key = mix(hash_of_trace(so_far), state);
  if (seen_.size() < remembered) return seen_.insert(key).second;
  return seen_.count(key) == 0;
}

std::uint64_t seen_prefixes::hash_of_trace(const execution& so_far) {
  while (hashes_.size() <= so_far.size()) {
    hashes_.push_back(hashes_.back() + hash_of(so_far, event_id(hashes_.size() - 1)));
  }
  return hashes_[so_far.size()];
}

}  // namespace norn::engine
