// Interned: values too large for a word, numbered in a table so that words can stand for them. An
// object's word and a guard's operand outlive the execution that made them (the strategy asks about
// them while it learns, and the next execution may begin with the same events), so they are never
// addresses of its state.
//
// The same value has the same number for as long as the process of the operating system lives, on each of
// its threads; numbers begin at 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

template <class T>  // totally ordered
class interned {
 public:
  static std::uint64_t word_of(const T& value) {
    table& all = the_table();
    const std::scoped_lock lock(all.mutex);
    const auto [place, fresh] = all.numbers.try_emplace(value, all.values.size() + 1);
    if (fresh) all.values.push_back(&place->first);
    return place->second;
  }

  static const T& value_of(std::uint64_t word) {
    table& all = the_table();
    const std::scoped_lock lock(all.mutex);
    NORN_INVARIANT(word >= 1 && word <= all.values.size());
    return *all.values[static_cast<std::size_t>(word) - 1];
  }

 private:
  struct table {
    std::mutex mutex;
    std::map<T, std::uint64_t> numbers;
    std::vector<const T*> values;
  };

  static table& the_table() {
    static table all;
    return all;
  }
};

}  // namespace norn::io
