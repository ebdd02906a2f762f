// Thread set: allocates nothing for the first 64 threads of an execution.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn {

class thread_set {
 public:
  bool contains(thread_id t) const {
    if (index_of(t) < 64) return (low_ >> index_of(t) & 1) != 0;
    return std::find(high_.begin(), high_.end(), t) != high_.end();
  }
  bool empty() const { return low_ == 0 && high_.empty(); }
  std::size_t size() const {
    return static_cast<std::size_t>(__builtin_popcountll(low_)) + high_.size();
  }

  // Requires: not in the set.
  void insert(thread_id t) {
    if (index_of(t) < 64) {
      low_ |= bit(t);
    } else {
      high_.push_back(t);
    }
  }
  // Requires: in the set.
  void erase(thread_id t) {
    if (index_of(t) < 64) {
      low_ &= ~bit(t);
    } else {
      high_.erase(std::find(high_.begin(), high_.end(), t));
    }
  }

 private:
  static std::uint64_t bit(thread_id t) { return std::uint64_t{1} << index_of(t); }

  std::uint64_t low_ = 0;
  std::vector<thread_id> high_;
};

}  // namespace norn
