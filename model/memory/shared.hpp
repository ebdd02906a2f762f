// Shared: a plain variable that several threads use. Every access is a step, and is checked for data
// races by the rules of C++ ([intro.races]): two accesses of which one writes, neither of which
// happens before the other, violate `no_data_race`, whatever values they happen to see.
#pragma once

#include <string_view>
#include <utility>

#include <norn/model/memory/shown.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

namespace detail {

inline constexpr engine::operation_kind read_kind{.name = "read", .reach = engine::reach::exact};
inline constexpr engine::operation_kind write_kind{.name = "write", .reach = engine::reach::exact};

}  // namespace detail

template <class T>
class shared {
 public:
  explicit shared(T initial = T{}, std::string_view label = {})
      : state_("shared", label), value_(std::move(initial)) {}

  // Reads. A scheduling point; inside the predicate of `always`, none.
  T get(source_location where = source_location::current()) const {
    if (engine::observing()) {
      observe(state_);
      return value_;
    }
    engine::point p{detail::read_kind, state_, where};
    p.read(state_);
    p.checked_read(state_);
    p.describe([&](engine::narration& n) { n.result = detail::shown(value_); });
    return value_;
  }

  // Writes. A scheduling point.
  void set(T value, source_location where = source_location::current()) {
    engine::point p{detail::write_kind, state_, where};
    p.write(state_);
    p.checked_write(state_);
    if (p.abandoned()) return;
    p.describe([&](engine::narration& n) {
      n.changes = detail::shown(value_) + "→" + detail::shown(value);
    });
    value_ = std::move(value);
  }

  operator T() const {
    return get(source_location{});
  }  // NOLINT: reads like the variable it models
  shared& operator=(T value) {
    set(std::move(value), source_location{});
    return *this;
  }
  // A read and then a write: two steps, as in the machine.
  shared& operator+=(const T& by) { return *this = get(source_location{}) + by; }
  shared& operator-=(const T& by) { return *this = get(source_location{}) - by; }
  shared& operator++() { return *this += T{1}; }
  shared& operator--() { return *this -= T{1}; }

 private:
  engine::memory_object state_;
  T value_;
};

}  // namespace norn
