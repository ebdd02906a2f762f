#include <norn/scheduler/strategy/footprint.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn {

namespace {

constexpr std::size_t footprints_kept = 1'000'000;

}  // namespace

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

}  // namespace norn
