#include <norn/model/io/record_lock_table.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <norn/model/io/interned.hpp>
#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

using namespace engine;

namespace {

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

// "bytes 0 to 9 shared, bytes 10 to 19"; of the whole file no bytes are named.
std::string shown(const std::vector<record_lock>& locks) {
  std::vector<std::string> parts;
  for (const record_lock& each : locks) {
    const bool to_the_end = each.last >= INT64_MAX;
    std::string part = to_the_end && each.first == 0 ? ""
                       : to_the_end                  ? fmt::format("bytes from {}", each.first)
                                    : fmt::format("bytes {} to {}", each.first, each.last);
    if (each.mode == lock_mode::shared) part += part.empty() ? "shared" : " shared";
    parts.push_back(std::move(part));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::vector<record_lock> record_lock_table::held_by(process_id owner) const {
  for (const owner_locks& each : locks_) {
    if (each.owner == owner) return each.locks;
  }
  return {};
}

void record_lock_table::publish(point& p, snapshot next) {
  std::erase_if(next, [](const owner_locks& each) { return each.locks.empty(); });
  locks_ = std::move(next);
  p.set_word(gate_, interned<snapshot>::word_of(locks_));
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
  return !first_conflict(interned<snapshot>::value_of(word), interned<request>::value_of(operand));
}

guard record_lock_table::until_free(process_id by, const record_lock& wanted) {
  return guard{gate_.slot(), is_free_for, interned<request>::word_of({by, wanted})};
}

void record_lock_table::set(point& p, process_id by, const record_lock& wanted) {
  NORN_INVARIANT(!first_conflict(locks_, {by, wanted}));
  p.write(gate_);
  p.release_join(gate_);
  p.acquire(gate_);
  snapshot next = locks_;
  auto mine = std::find_if(next.begin(), next.end(),
                           [by](const owner_locks& each) { return each.owner == by; });
  if (mine == next.end()) mine = next.insert(next.end(), owner_locks{by, {}});
  mine->locks = with(mine->locks, wanted);
  publish(p, std::move(next));
  p.describe([&](narration& n) { describe_locks(n, by); });
}

// For the reader, who has the lock: also who asks for what its process has already.
void record_lock_table::describe_locks(narration& n, process_id by) const {
  const std::vector<record_lock> held = held_by(by);
  const auto owner = lock_owner{index_of(by)};
  if (held.empty()) {
    n.lets_go(gate_, owner);
  } else {
    n.takes(gate_, shown(held), owner);
  }
}

bool record_lock_table::try_set(point& p, process_id by, const record_lock& wanted) {
  if (first_conflict(locks_, {by, wanted})) {
    p.read(gate_);
    return false;
  }
  const std::vector<record_lock> before = held_by(by);
  if (with(before, wanted) == before) {
    p.write(gate_);  // it may be open to a waiter (operation.hpp, guard)
    p.describe([&](narration& n) { describe_locks(n, by); });
  } else {
    set(p, by, wanted);
  }
  return true;
}

std::optional<owned_record_lock> record_lock_table::conflict(point& p, process_id by,
                                                             const record_lock& wanted) const {
  p.write(gate_);  // as above
  return first_conflict(locks_, {by, wanted});
}

bool record_lock_table::has_asked(process_id by) const {
  return std::find(askers_.begin(), askers_.end(), by) != askers_.end();
}

void record_lock_table::release_all(point& p, process_id by) {
  NORN_INVARIANT(has_asked(by));
  if (held_by(by).empty()) {
    p.write(gate_);  // as above
  } else {
    set(p, by, {0, UINT64_MAX, lock_mode::none});
  }
}

void record_lock_table::close_under_waiter(point& p, descriptor closed, description_id led_to) {
  p.write(gate_);
  closed_under_waiter_.emplace_back(closed, led_to);
}

bool record_lock_table::closed_under_waiter(descriptor through, description_id led_to) const {
  return std::find(closed_under_waiter_.begin(), closed_under_waiter_.end(),
                   std::pair(through, led_to)) != closed_under_waiter_.end();
}

}  // namespace norn::io
