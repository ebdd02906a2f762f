// Ghost: a variable of the specification, not of the program. An access of a ghost belongs to the step just
// executed. No race is reported for it, and no thread waits for it. It orders the step that it belongs to, because
// what a specification remembers must not depend on an order that the search takes for irrelevant.
//
// An access is a step of its own where it may not belong to the one before: after an acquisition of a lock, which
// touches nothing but its lock; before the first operation of a thread, whose creation is another thread's step;
// after a step that had alternatives (`choose`, a short write), which all touch the same.
//
// A change that is taken back within its step is seen by nobody (`++inside; --inside;`): a search in which it is so
// in every execution is misuse. `mark` puts a step between. A trace shows with each step what it has touched, as far as
// fmt can print it.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <norn/model/memory/shown.hpp>
#include <norn/scheduler/run/narration.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/specification_state.hpp>

namespace norn {

namespace detail {

// Whether values can be compared and copied, and what they hold, too: std::vector has an operator== and a copy
// constructor for any element.
template <class T>
constexpr bool is_watchable() {
  if constexpr (requires { std::tuple_size<T>::value; }) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (is_watchable<std::remove_cv_t<std::tuple_element_t<I, T>>>() && ...);
    }
    (std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (requires { std::variant_size<T>::value; }) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (is_watchable<std::variant_alternative_t<I, T>>() && ...);
    }
    (std::make_index_sequence<std::variant_size_v<T>>{});
  } else {
    if constexpr (requires { typename T::value_type; }) {
      if constexpr (!std::is_same_v<typename T::value_type, T>) {
        if (!is_watchable<typename T::value_type>()) return false;
      }
    }
    return std::equality_comparable<T> && std::copy_constructible<T>;
  }
}

}  // namespace detail

template <class T>
class ghost {
 public:
  explicit ghost(T initial = T{}, std::string_view label = {})
      : state_("ghost", label), value_(std::move(initial)), label_(label) {}

  // The value, as after the step just executed. Never a choice of the scheduler.
  T get() const {
    if (engine::observing()) {
      observe(state_);
    } else {
      engine::ghost_read(state_);
      if (is_told()) tell("sees " + shown_name() + " = " + detail::shown(value_));
    }
    return value_;
  }

  void set(T value) {
    change([&](T& v) { v = std::move(value); });
  }

  // Changes the value in place: `change([&](auto& tickets) { tickets.insert(id); })`. Where the thread was
  // killed in an operation that may not throw (operation_kind::nothrow), such as `close` or `change`, the operation
  // is not performed, and the thread's code goes on to its next operation (point.hpp); a `change` on the way does
  // nothing.
  template <class F>
  void change(F&& f) {
    if (!engine::ghost_write(state_)) return;
    const std::size_t step = engine::step_of_specification();
    if (step != step_) before_.reset();
    step_ = step;
    const std::string from = is_told() ? detail::shown(value_) : "";
    if constexpr (watchable) {
      if (before_ == nullptr && engine::is_watched(state_)) {
        before_ = std::make_unique<const T>(value_);
      }
    }
    try {
      std::forward<F>(f)(value_);
    } catch (...) {
      note_change();
      throw;
    }
    note_change();
    if (is_told()) tell(shown_name() + " " + from + "→" + detail::shown(value_));
  }

  operator T() const { return get(); }  // NOLINT: reads like the variable it models
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
  static constexpr bool watchable = detail::is_watchable<T>();

  // Whether the reader of a trace is told of the step, and fmt can print the value.
  static bool is_told() { return detail::is_shown<T> && engine::narrated_step() != nullptr; }
  static void tell(const std::string& what) {
    if (engine::narration* const step = engine::narrated_step()) step->add_change(what);
  }
  std::string shown_name() const { return label_.empty() ? "ghost" : label_; }

  void note_change() {
    if constexpr (watchable) {
      if (before_ != nullptr) engine::note_change(state_, label_, !(value_ == *before_));
    }
    engine::ghost_written(state_, step_);
  }

  engine::object state_;
  T value_;
  std::string label_;
  // Where it is watched whether changes outlast their step: the value before the step that changed it last.
  std::unique_ptr<const T> before_;
  std::size_t step_ = 0;
};

}  // namespace norn
