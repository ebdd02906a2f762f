#include "naive.hpp"

#include <algorithm>
#include <utility>

namespace norn::reference {

using namespace engine;

namespace {

bool conflict(const execution& e, std::size_t i, std::size_t j) {
  for (const access& a : e.accesses(e.at(event_id(i)))) {
    for (const access& b : e.accesses(e.at(event_id(j)))) {
      if (dependent(a, b)) return true;
    }
  }
  return false;
}

}  // namespace

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
  hash *= 0xbf58476d1ce4e5b9;
  return hash ^ (hash >> 29);
}

std::uint64_t trace_hash::of(const execution& e, std::size_t count) {
  while (pasts_.size() < count) add(e, pasts_.size());
  return sums_[count];
}

void trace_hash::forget_beyond(std::size_t count) {
  if (pasts_.size() <= count) return;
  pasts_.resize(count);
  sums_.resize(count + 1);
}

void trace_hash::add(const execution& e, std::size_t i) {
  const event& current = e.at(event_id(i));
  std::vector<bool> past(i, false);
  for (std::size_t j = i; j-- > 0;) {
    const event& earlier = e.at(event_id(j));
    // The creator's event happens before everything that the created thread does.
    const bool created = e.creation_clock(current.thread)[index_of(earlier.thread)] > earlier.index;
    if (past[j] || !(earlier.thread == current.thread || created || conflict(e, j, i))) continue;
    past[j] = true;
    for (std::size_t k = 0; k < j; ++k) past[k] = past[k] || pasts_[j][k];
  }
  std::vector<std::uint64_t> counts(e.thread_count(), 0);
  for (std::size_t j = 0; j < i; ++j) {
    if (past[j]) ++counts[index_of(e.at(event_id(j)).thread)];
  }
  std::uint64_t hash = mix(e.check_of(current.op), index_of(current.thread));
  hash = mix(mix(hash, current.index), current.alternative);
  // Threads that it knows nothing of leave no mark: how many there are depends on what was run before.
  for (std::size_t t = 0; t < counts.size(); ++t) {
    if (counts[t] != 0) hash = mix(mix(hash, t), counts[t]);
  }
  for (const access& a : e.accesses(current)) {
    hash = mix(mix(hash, index_of(e.name_of(a.object))), static_cast<std::uint64_t>(a.mode));
    hash = mix(mix(hash, a.where.first), a.where.last);
  }
  pasts_.push_back(std::move(past));
  sums_.push_back(sums_.back() + hash);
}

std::uint64_t hash_of(const execution& e) {
  trace_hash hash;
  return hash.of(e, e.size());
}

void naive::restart() {
  begun_ = false;
  path_.clear();
  seen_.clear();
  hash_.clear();
}

// Goes back to the last choice that has something left to try.
bool naive::begin_execution() {
  if (!std::exchange(begun_, true)) return true;
  while (!path_.empty()) {
    node& last = path_.back();
    if (last.alternative + 1 < last.offered) {
      ++last.alternative;
      break;
    }
    last.untried.pop_back();
    last.alternative = 0;
    last.offered = 1;
    if (!last.untried.empty()) break;
    path_.pop_back();
  }
  if (path_.empty()) return false;
  hash_.forget_beyond(path_.size() - 1);
  return true;
}

thread_id naive::choose_thread(const execution& so_far) {
  const std::size_t depth = so_far.size();
  if (depth < path_.size()) return path_[depth].untried.back();
  if (skips_ && !seen_.insert(key_of_prefix(so_far)).second) return no_thread;
  node next;
  for (std::size_t t = 0; t < so_far.thread_count(); ++t) {
    if (so_far.is_enabled(thread_id(t))) next.untried.push_back(thread_id(t));
  }
  path_.push_back(std::move(next));
  return path_.back().untried.back();
}

std::uint16_t naive::choose_alternative(const execution& so_far, std::uint16_t offered) {
  node& here = path_[so_far.size() - 1];
  here.offered = offered;
  return here.alternative;
}

execution_kind naive::end_execution(const execution& done) {
  return done.outcome() == outcome::cut_off ? execution_kind::probe : execution_kind::execution;
}

}  // namespace norn::reference
