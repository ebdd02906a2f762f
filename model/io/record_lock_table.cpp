#include <norn/model/io/record_lock_table.hpp>

#include <algorithm>
#include <bit>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

namespace {

// Words are compared by nobody, only handed back to is_free_for: an address may ride in them.
template <class T>
std::uint64_t word_of(const T* address) {
  static_assert(sizeof(address) == sizeof(std::uint64_t));
  return std::bit_cast<std::uint64_t>(address);
}

template <class T>
const T* address_in(std::uint64_t word) {
  return std::bit_cast<const T*>(word);
}

bool conflict_between(const record_lock& a, const record_lock& b) {
  const bool overlap = a.first <= b.last && b.first <= a.last;
  return overlap && (a.mode == lock_mode::exclusive || b.mode == lock_mode::exclusive);
}

bool may_merge(const record_lock& a, const record_lock& b) {
  return a.mode == b.mode && a.last != UINT64_MAX && a.last + 1 == b.first;
}

// Cuts the range out of the locks of one process.
std::vector<record_lock> without(const std::vector<record_lock>& locks, const record_lock& range) {
  std::vector<record_lock> left;
  for (const record_lock& each : locks) {
    if (each.last < range.first || range.last < each.first) {
      left.push_back(each);
      continue;
    }
    if (each.first < range.first) left.push_back({each.first, range.first - 1, each.mode});
    if (each.last > range.last) left.push_back({range.last + 1, each.last, each.mode});
  }
  return left;
}

std::vector<record_lock> with(const std::vector<record_lock>& locks, const record_lock& added) {
  std::vector<record_lock> all = without(locks, added);
  if (added.mode == lock_mode::none) return all;
  const auto place = std::find_if(
      all.begin(), all.end(), [&](const record_lock& each) { return each.first > added.first; });
  all.insert(place, added);
  std::vector<record_lock> merged;
  for (const record_lock& each : all) {
    if (!merged.empty() && may_merge(merged.back(), each)) {
      merged.back().last = each.last;
    } else {
      merged.push_back(each);
    }
  }
  return merged;
}

}  // namespace

const record_lock_table::snapshot& record_lock_table::current() const {
  static const snapshot nobody;
  return history_.empty() ? nobody : history_.back();
}

std::vector<record_lock> record_lock_table::held_by(process_id owner) const {
  for (const owner_locks& each : current()) {
    if (each.owner == owner) return each.locks;
  }
  return {};
}

void record_lock_table::publish(point& p, snapshot next) {
  std::erase_if(next, [](const owner_locks& each) { return each.locks.empty(); });
  history_.push_back(std::move(next));
  p.set_word(gate_, word_of(&history_.back()));
}

std::optional<owned_record_lock> record_lock_table::first_conflict(const snapshot& all,
                                                                   const request& r) {
  if (r.wanted.mode == lock_mode::none) return std::nullopt;
  for (const owner_locks& each : all) {
    if (each.owner == r.by) continue;
    for (const record_lock& lock : each.locks) {
      if (conflict_between(lock, r.wanted)) return owned_record_lock{each.owner, lock};
    }
  }
  return std::nullopt;
}

bool record_lock_table::is_free_for(std::uint64_t word, std::uint64_t operand) {
  if (word == 0) return true;
  return !first_conflict(*address_in<snapshot>(word), *address_in<request>(operand));
}

guard record_lock_table::until_free(process_id by, const record_lock& wanted) {
  requests_.push_back({by, wanted});
  return guard{gate_.slot(), is_free_for, word_of(&requests_.back())};
}

void record_lock_table::set(point& p, process_id by, const record_lock& wanted) {
  NORN_INVARIANT(!first_conflict(current(), {by, wanted}));
  p.write(gate_);
  p.release_join(gate_);
  p.acquire(gate_);
  snapshot next = current();
  auto mine = std::find_if(next.begin(), next.end(),
                           [by](const owner_locks& each) { return each.owner == by; });
  if (mine == next.end()) mine = next.insert(next.end(), owner_locks{by, {}});
  mine->locks = with(mine->locks, wanted);
  publish(p, std::move(next));
}

bool record_lock_table::try_set(point& p, process_id by, const record_lock& wanted) {
  if (first_conflict(current(), {by, wanted})) {
    p.read(gate_);
    return false;
  }
  const std::vector<record_lock> before = held_by(by);
  if (with(before, wanted) == before) {
    p.read(gate_);
  } else {
    set(p, by, wanted);
  }
  return true;
}

std::optional<owned_record_lock> record_lock_table::conflict(point& p, process_id by,
                                                             const record_lock& wanted) const {
  p.read(gate_);
  return first_conflict(current(), {by, wanted});
}

void record_lock_table::release_all(point& p, process_id by) {
  if (held_by(by).empty()) {
    p.read(gate_);
  } else {
    set(p, by, {0, UINT64_MAX, lock_mode::none});
  }
}

void record_lock_table::doom(point& p, descriptor closed, description_id led_to) {
  p.write(gate_);
  doomed_.emplace_back(closed, led_to);
}

bool record_lock_table::doomed(descriptor through, description_id led_to) const {
  return std::find(doomed_.begin(), doomed_.end(), std::pair(through, led_to)) != doomed_.end();
}

}  // namespace norn::io
