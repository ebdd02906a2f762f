#include <norn/scheduler/trace/access_index.hpp>

#include <algorithm>
#include <utility>

namespace norn::engine {

void access_index::furthest::add(const access& a) {
  std::optional<std::uint64_t> last = a.where.last;
  if (a.mode == access_mode::read) read = std::max(read, last);
  if (a.mode == access_mode::write) write = std::max(write, last);
  if (a.mode != access_mode::update) return;
  if (last > update) {
    std::swap(update, last);
    if (std::exchange(update_class, a.update_class) == a.update_class) return;
  } else if (update_class == a.update_class) {
    return;
  }
  other_update = std::max(other_update, last);
}

// How far those go that do not commute with the access by their modes.
std::optional<std::uint64_t> access_index::furthest::against(const access& a) const {
  if (a.mode == access_mode::read) return std::max(write, update);
  if (a.mode == access_mode::write) return std::max({read, write, update});
  return std::max({read, write, update_class == a.update_class ? other_update : update});
}

void access_index::seal() {
  if (all_.size() <= few) return;
  std::sort(all_.begin(), all_.end(), [](const entry& a, const entry& b) {
    return std::pair(a.object, a.what.where.first) < std::pair(b.object, b.what.where.first);
  });
  for (std::size_t i = 0; i < all_.size(); ++i) {
    entry& e = all_[i];
    if (i > 0 && all_[i - 1].object == e.object) e.until_here = all_[i - 1].until_here;
    e.until_here.add(e.what);
  }
}

bool access_index::conflicts(std::uint64_t object, const access& a) const {
  if (all_.size() <= few) {
    return std::any_of(all_.begin(), all_.end(), [&](const entry& e) {
      return e.object == object && !commuting_modes(e.what, a) && e.what.where.overlaps(a.where);
    });
  }
  // Of those that begin where the access ends or before it, does one reach to where the access begins?
  const auto behind = std::partition_point(all_.begin(), all_.end(), [&](const entry& e) {
    return std::pair(e.object, e.what.where.first) <= std::pair(object, a.where.last);
  });
  if (behind == all_.begin() || std::prev(behind)->object != object) return false;
  return std::prev(behind)->until_here.against(a) >= a.where.first;
}

std::size_t first_dependent(std::span<const access> some, std::span<const access> others) {
  constexpr std::size_t few_pairs = 256;
  const auto first = [&](const auto& runs_into) {
    return static_cast<std::size_t>(std::find_if(some.begin(), some.end(), runs_into) -
                                    some.begin());
  };
  if (some.size() * others.size() <= few_pairs) {
    return first([&](const access& a) {
      return std::any_of(others.begin(), others.end(),
                         [&](const access& b) { return dependent(a, b); });
    });
  }
  access_index indexed;
  for (const access& b : others) indexed.add(index_of(b.object), b);
  indexed.seal();
  return first([&](const access& a) { return indexed.conflicts(index_of(a.object), a); });
}

}  // namespace norn::engine
