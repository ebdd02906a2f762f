// A set of threads, in the order of their identities. Allocates nothing for the first 64 threads of an execution.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

class thread_set {
 public:
  bool contains(thread_id t) const {
    const std::size_t word = index_of(t) / bits;
    if (word == 0) return (low_ & bit(t)) != 0;
    return word <= high_.size() && (high_[word - 1] & bit(t)) != 0;
  }
  bool empty() const {
    return low_ == 0 &&
           std::all_of(high_.begin(), high_.end(), [](auto word) { return word == 0; });
  }
  std::size_t size() const {
    auto threads = static_cast<std::size_t>(__builtin_popcountll(low_));
    for (const std::uint64_t word : high_) {
      threads += static_cast<std::size_t>(__builtin_popcountll(word));
    }
    return threads;
  }

  void insert(thread_id t) {
    const std::size_t word = index_of(t) / bits;
    if (word == 0) {
      low_ |= bit(t);
    } else {
      if (word > high_.size()) high_.resize(word, 0);
      high_[word - 1] |= bit(t);
    }
  }
  void erase(thread_id t) {
    const std::size_t word = index_of(t) / bits;
    if (word == 0) {
      low_ &= ~bit(t);
    } else if (word <= high_.size()) {
      high_[word - 1] &= ~bit(t);
    }
  }
  void clear() {
    low_ = 0;
    std::fill(high_.begin(), high_.end(), 0);
  }

  friend bool operator==(const thread_set& a, const thread_set& b) {
    return a.size() == b.size() && a.find([&](thread_id t) { return !b.contains(t); }) == no_thread;
  }
  // Beside the set itself.
  std::size_t bytes_allocated() const { return high_.capacity() * sizeof(std::uint64_t); }

  // The first of them that it holds for; no_thread where there is none.
  template <class Holds>  // bool(thread_id)
  thread_id find(const Holds& holds) const {
    thread_id found = find_in(low_, 0, holds);
    for (std::size_t word = 0; found == no_thread && word < high_.size(); ++word) {
      found = find_in(high_[word], (word + 1) * bits, holds);
    }
    return found;
  }

 private:
  static constexpr std::size_t bits = 64;
  static std::uint64_t bit(thread_id t) { return std::uint64_t{1} << index_of(t) % bits; }

  template <class Holds>
  static thread_id find_in(std::uint64_t word, std::size_t first, const Holds& holds) {
    for (; word != 0; word &= word - 1) {
      const auto t = thread_id(first + static_cast<std::size_t>(__builtin_ctzll(word)));
      if (holds(t)) return t;
    }
    return no_thread;
  }

  std::uint64_t low_ = 0;
  std::vector<std::uint64_t> high_;  // 64 threads each, from the 64th on
};

}  // namespace norn::engine
