// Access index: accesses, to be asked which others conflict with one of them. Few are looked through; many are sorted,
// so that a question costs the logarithm of their number.
//
// Objects are numbers here: slots within one execution, names across executions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <norn/scheduler/trace/access.hpp>

namespace norn::engine {

class access_index {
 public:
  // Requires: `seal` has not been called.
  void add(std::uint64_t object, const access& a) { all_.push_back({object, a, {}}); }
  // All have been added.
  void seal();

  // Whether one of them is of this object and conflicts with the access by its mode and region.
  // Requires: sealed.
  bool conflicts(std::uint64_t object, const access& a) const;

  std::size_t bytes() const { return all_.capacity() * sizeof(entry); }

 private:
  // Of the accesses of one object that begin at a key or before it, how far the furthest of each mode goes.
  struct furthest {
    std::optional<std::uint64_t> read;
    std::optional<std::uint64_t> write;
    std::optional<std::uint64_t> update;        // of any class, which is `update_class`
    std::optional<std::uint64_t> other_update;  // of the other classes
    std::uint8_t update_class = 0;

    void add(const access& a);
    std::optional<std::uint64_t> against(const access& a) const;
  };
  struct entry {
    std::uint64_t object = 0;
    access what;
    furthest until_here;  // of this object's entries up to this one
  };

  static constexpr std::size_t few = 8;
  std::vector<entry> all_;  // many: in the order of objects and of where they begin
};

// The place, among `some`, of the first that conflicts with one of the others; their number where none does. All are
// accesses of one execution.
std::size_t first_dependent(std::span<const access> some, std::span<const access> others);

}  // namespace norn::engine
