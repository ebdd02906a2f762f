#include <norn/scheduler/strategy/footprint.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn::engine {

namespace {

constexpr std::size_t bytes_kept = std::size_t{256} << 20;

std::uint64_t hash_of_part(object_id object, const region& where) {
  return mix(mix(mix(1, index_of(object)), where.first), where.last);
}

std::uint64_t not_zero(std::uint64_t hash) { return hash == 0 ? 1 : hash; }

bool counts(const execution& t, event_id e, const access& a) {
  const object_id name = t.name_of(a.object);
  return !is_end_of_thread(name) && (is_run_local(name) || !t.made_in(a.object, e));
}

// The hashes of the objects and regions, each once.
std::uint64_t sum_of_parts(const execution& t, event_id e, std::span<const access> all) {
  std::vector<std::uint64_t> parts;
  for (const access& a : all) {
    if (counts(t, e, a)) parts.push_back(hash_of_part(t.name_of(a.object), a.where));
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
}

// The same, without memory of its own.
constexpr std::size_t few = 8;
std::uint64_t sum_of_few_parts(const execution& t, event_id e, std::span<const access> all) {
  std::uint64_t sum = 0;
  for (auto a = all.begin(); a != all.end(); ++a) {
    const bool again = std::any_of(all.begin(), a, [&](const access& other) {
      return other.object == a->object && other.where == a->where;
    });
    if (!again && counts(t, e, *a)) sum += hash_of_part(t.name_of(a->object), a->where);
  }
  return sum;
}

}  // namespace

std::uint64_t objects_touched(const execution& t, event_id e) {
  const auto all = t.accesses(t.at(e));
  return not_zero(all.size() <= few ? sum_of_few_parts(t, e, all) : sum_of_parts(t, e, all));
}

std::uint64_t reach_announced(const execution& t, event_id e) {
  std::uint64_t hash = 0;
  for (const access& a : t.announced(t.at(e))) {
    hash = mix(mix(hash, hash_of_part(t.name_of(a.object), a.where)),
               index_of(a.mode) << 8 | a.update_class);
  }
  return not_zero(hash);
}

std::uint64_t accesses_made(const execution& t, event_id e) {
  std::uint64_t hash = 0;
  for (const access& a : t.accesses(t.at(e))) {
    if (!counts(t, e, a)) continue;
    hash = mix(hash, hash_of_part(t.name_of(a.object), a.where));
    hash = mix(hash, index_of(a.mode) << 8 | a.update_class);
  }
  return not_zero(hash);
}

footprint footprint_of_last(const execution& t) {
  footprint touched;
  for (const access& a : t.accesses(t.last())) {
    const object_id name = t.name_of(a.object);
    if (!is_end_of_thread(name)) touched.add(index_of(name), a);
  }
  touched.seal();
  return touched;
}

bool conflict(const footprint& touched, const execution& t, const event& e) {
  const auto others = t.accesses(e);
  return std::any_of(others.begin(), others.end(), [&](const access& a) {
    return touched.conflicts(index_of(t.name_of(a.object)), a);
  });
}

const footprint* footprint_cache::find(std::uint64_t key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : &found->second;
}

void footprint_cache::learn(std::uint64_t key, footprint touched) {
  const std::size_t bytes = sizeof(footprint) + touched.bytes();
  if (bytes_ + bytes > bytes_kept) clear();
  if (known_.insert_or_assign(key, std::move(touched)).second) bytes_ += bytes;
}

void footprint_cache::clear() {
  known_.clear();
  bytes_ = 0;
}

std::uint64_t footprint_cache::key_of(const execution& t, cut_view at, event_id one, event_id other,
                                      thread_id runs) {
  std::uint64_t key = 0;  // a sum, for the order of independent events must not matter
  for (std::size_t i = 0; i < t.size(); ++i) {
    const event& e = t.at(event_id(i));
    if (at[index_of(e.thread)] <= e.index || event_id(i) == one || event_id(i) == other) continue;
    key += hash_of(t, event_id(i));
  }
  return mix(key, index_of(runs));
}

}  // namespace norn::engine
