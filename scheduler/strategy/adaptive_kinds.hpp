// Adaptive kinds: those whose operations may touch other objects in another past. A kind is adaptive its reach
// (operation.hpp) leaves that open, or because one of its events had accesses that were not the operation's own (ghosts, observation). The latter
// kinds turn up on the way.
#pragma once

#include <cstdint>
#include <set>

#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

class adaptive_kinds {
 public:
  using hashes = std::set<std::uint64_t>;  // of the names of kinds

  bool is_adaptive(const event& e) const {
    return e.op.kind->reach == reach::announced || e.op.kind->reach == reach::unknown ||
           goes_beyond(e);
  }
  bool is_fixed(const event& e) const {
    return e.op.kind->reach == reach::exact && !goes_beyond(e);
  }
  // Adaptive within what was announced.
  bool is_bounded(const event& e) const {
    return e.op.kind->reach == reach::announced && !goes_beyond(e);
  }

  const hashes& with_extra_accesses() const { return with_extra_accesses_; }
  void learn(const hashes& more) { with_extra_accesses_.insert(more.begin(), more.end()); }
  // Returns whether the execution showed kinds that were not known.
  bool learn(const execution& t) {
    const std::size_t known = with_extra_accesses_.size();
    for (const event& e : t.events()) {
      if (e.has_extra_accesses) with_extra_accesses_.insert(e.op.kind->name_hash);
    }
    return with_extra_accesses_.size() != known;
  }

 private:
  // Whether the accesses may be others than the operation's own, whatever its reach.
  bool goes_beyond(const event& e) const {
    return e.cut_short || with_extra_accesses_.contains(e.op.kind->name_hash);
  }

  hashes with_extra_accesses_;
};

}  // namespace norn::engine
