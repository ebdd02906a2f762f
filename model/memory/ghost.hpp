// Ghost: a variable of the specification, not of the program. Its accesses belong to the step just
// executed, are not checked for races, and no thread waits for them; they still order the steps that
// they belong to, because what a specification remembers must not depend on an order that the search
// takes for irrelevant. After an acquisition of a lock, and before the first operation of a thread, an access
// is a step of its own: the acquisition must touch nothing but its lock, the creation nothing at all.
#pragma once

#include <string_view>
#include <utility>

#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

template <class T>
class ghost {
 public:
  explicit ghost(T initial = T{}, std::string_view label = {})
      : state_("ghost", label), value_(std::move(initial)) {}

  // The value, as after the step just executed. Never a choice of the scheduler.
  const T& get() const {
    if (observing()) {
      observe(state_);
    } else {
      ghost_read(state_);
    }
    return value_;
  }

  void set(T value) {
    change([&](T& v) { v = std::move(value); });
  }

  // Changes the value in place: `change([&](auto& tickets) { tickets.insert(id); })`. A thread that was
  // killed in an operation of destructors, such as close or this one, goes on to the next one without
  // having performed it (point.hpp): what it does there does not happen.
  template <class F>
  void change(F&& f) {
    if (ghost_write(state_)) std::forward<F>(f)(value_);
  }

  operator const T&() const { return get(); }  // NOLINT: reads like the variable it models
  ghost& operator=(T value) {
    set(std::move(value));
    return *this;
  }
  ghost& operator+=(const T& by) {
    change([&](T& v) { v += by; });
    return *this;
  }
  ghost& operator-=(const T& by) {
    change([&](T& v) { v -= by; });
    return *this;
  }
  ghost& operator++() { return *this += T{1}; }
  ghost& operator--() { return *this -= T{1}; }

 private:
  object state_;
  T value_;
};

}  // namespace norn
