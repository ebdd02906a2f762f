#include <norn/scheduler/strategy/footprint.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn::engine {

namespace {

constexpr std::size_t footprints_kept = 1'000'000;

std::uint64_t hash_of_part(object_id object, const region& where) {
  return mix(mix(mix(1, index_of(object)), where.first), where.last);
}

std::uint64_t not_zero(std::uint64_t hash) { return hash == 0 ? 1 : hash; }

bool counts(const execution& t, event_id e, const access& a) {
  const object_id name = t.name_of(a.object);
  return !is_end_of_thread(name) && (is_run_local(name) || !t.made_in(a.object, e));
}

}  // namespace

std::uint64_t objects_touched(const execution& t, event_id e) {
  std::uint64_t sum = 0;
  const auto all = t.accesses(t.at(e));
  for (auto a = all.begin(); a != all.end(); ++a) {
    const bool again = std::any_of(all.begin(), a, [&](const access& other) {
      return other.object == a->object && other.where == a->where;
    });
    if (!again && counts(t, e, *a)) sum += hash_of_part(t.name_of(a->object), a->where);
  }
  return not_zero(sum);
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
    if (!is_end_of_thread(name)) touched.push_back({name, a});
  }
  return touched;
}

bool conflict(const footprint& touched, const execution& t, const event& e) {
  const auto others = t.accesses(e);
  return std::any_of(touched.begin(), touched.end(), [&](const named_access& a) {
    return std::any_of(others.begin(), others.end(), [&](const access& b) {
      return a.object == t.name_of(b.object) && !commuting_modes(a.what, b) &&
             a.what.where.overlaps(b.where);
    });
  });
}

const footprint* footprint_cache::find(std::uint64_t key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : &found->second;
}

void footprint_cache::learn(std::uint64_t key, footprint touched) {
  if (known_.size() >= footprints_kept) known_.clear();
  known_.insert_or_assign(key, std::move(touched));
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
