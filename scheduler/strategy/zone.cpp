#include <norn/scheduler/strategy/zone.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn::engine {

namespace {

// About 73 years: longer than any delay, and the sum of two of them fits.
constexpr std::int64_t unbounded = std::int64_t{1} << 61;

std::int64_t in_range(std::int64_t bound) { return std::clamp(bound, -unbounded, unbounded); }

std::int64_t sum(std::int64_t a, std::int64_t b) {
  return a == unbounded || b == unbounded ? unbounded : in_range(a + b);
}

}  // namespace

std::size_t zone::index_of(moment m) const {
  const auto found = std::find(events_.begin(), events_.end(), m);
  NORN_INVARIANT(found != events_.end());
  return static_cast<std::size_t>(found - events_.begin());
}

void zone::add(moment m) {
  const std::size_t before = events_.size();
  std::vector<std::int64_t> wider((before + 1) * (before + 1), unbounded);
  for (std::size_t i = 0; i < before; ++i) {
    for (std::size_t j = 0; j < before; ++j) wider[i * (before + 1) + j] = bound(i, j);
  }
  wider.back() = 0;
  events_.push_back(m);
  bounds_ = std::move(wider);
}

std::vector<std::int64_t> zone::bounds_between(const std::vector<moment>& events) const {
  std::vector<std::size_t> rows;
  for (const moment m : events) rows.push_back(index_of(m));
  std::vector<std::int64_t> bounds;
  for (const std::size_t later : rows) {
    for (const std::size_t earlier : rows) bounds.push_back(bound(later, earlier));
  }
  return bounds;
}

void zone::keep(const std::vector<moment>& those) {
  bounds_ = bounds_between(those);
  events_ = those;
}

bool zone::allows(moment later, moment earlier, std::int64_t at_most) const {
  return bound(index_of(earlier), index_of(later)) >= -in_range(at_most);
}

bool zone::implies(moment later, moment earlier, std::int64_t at_most) const {
  return bound(index_of(later), index_of(earlier)) <= in_range(at_most);
}

bool zone::restrict_to(moment later, moment earlier, std::int64_t at_most) {
  const std::int64_t most = in_range(at_most);
  const std::size_t to = index_of(later);
  const std::size_t from = index_of(earlier);
  if (!allows(later, earlier, most)) return false;
  if (implies(later, earlier, most)) return true;
  const std::size_t n = events_.size();
  // The shortest way from one event to another may lead over the new bound, once.
  const std::vector<std::int64_t> old = bounds_;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::int64_t over = sum(sum(old[i * n + to], most), old[from * n + j]);
      bounds_[i * n + j] = std::min(old[i * n + j], over);
    }
  }
  return true;
}

std::uint64_t zone::hash(const std::vector<moment>& events) const {
  std::uint64_t hash = events.size();
  for (const std::int64_t b : bounds_between(events))
    hash = mix(hash, static_cast<std::uint64_t>(b));
  return hash;
}

}  // namespace norn::engine
