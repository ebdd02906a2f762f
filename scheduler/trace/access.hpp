// Access: what an event touched, and how. The only commutation rule of the code base is
// `dependent(a, b)` below; everything that the exhaustive strategy may reorder follows from it.
//
// Requires, of every model: two operations that `dependent` calls independent commute in their
// results, in the accesses they make, in the alternatives they offer and in whether they are enabled
// (Mazurkiewicz 1977; Godefroid, LNCS 1032, 1996). The accesses are recorded when the operation
// executes, in the order in which it made them, because they depend on its outcome: a
// compare-exchange that fails is a read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

enum class access_mode : std::uint8_t {
  read,    // commutes with other reads
  write,   // commutes with nothing on the same region
  update,  // commutes with updates of the same class: changes without looking
};

// The part of an object that an access touches: an interval of keys, both ends included. A model
// maps its keys (a name's hash, a row, a byte, a text's image) to numbers.
struct region {
  std::uint64_t first = 0;
  std::uint64_t last = UINT64_MAX;

  static constexpr region whole() { return {}; }
  static constexpr region key(std::uint64_t k) { return {k, k}; }
  constexpr bool overlaps(const region& other) const {
    return first <= other.last && other.first <= last;
  }
  constexpr bool contains(const region& other) const {
    return first <= other.first && other.last <= last;
  }
  friend constexpr bool operator==(const region&, const region&) = default;
};

// The key that stands for a text where texts are scanned in order: its first eight bytes, big-endian. Monotone: of two
// texts in the order of their bytes the images are in order, too, or equal. An interval of texts is therefore within
// the interval of images of its ends. Texts with a common image share a key, which costs executions and loses none.
constexpr std::uint64_t key_image(std::string_view text) {
  std::uint64_t image = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    image = image << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  }
  return image;
}

struct access {
  object_slot object{};
  access_mode mode = access_mode::read;
  std::uint8_t update_class = 0;  // meaningful for updates only
  region where;
};

constexpr bool commuting_modes(const access& a, const access& b) {
  if (a.mode == access_mode::read && b.mode == access_mode::read) return true;
  return a.mode == access_mode::update && b.mode == access_mode::update &&
         a.update_class == b.update_class;
}

// Whether whatever conflicts with `inner` conflicts with `outer`, too.
constexpr bool covers(const access& outer, const access& inner) {
  if (outer.object != inner.object || !outer.where.contains(inner.where)) return false;
  if (outer.mode == access_mode::write) return true;
  return outer.mode == inner.mode && outer.update_class == inner.update_class;
}

// Whether two accesses of one execution conflict.
constexpr bool dependent(const access& a, const access& b) {
  return a.object == b.object && !commuting_modes(a, b) && a.where.overlaps(b.where);
}

}  // namespace norn::engine
