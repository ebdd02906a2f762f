// Atomic, in the shape of std::atomic (C++20 [atomics.types.generic]). Execution is sequentially
// consistent; the memory orders are counted exactly by the race detector (memory_order.hpp).
//
// Each operation is one scheduling point, and so is each use of an operator; inside the predicate of
// `always`, a load is none. compare_exchange_weak does not fail spuriously: a loop around it hides
// nothing, a lone one should be compare_exchange_strong.
//
// Invariants: the object's word is the value's bytes where they fit into it, so that a thread can
// wait for a value (await.hpp). Storing writes the object, also where it stores the value that is
// there; a compare-exchange that fails reads it.
//
// A wait that has to block, and a notification that finds somebody waiting, write the object too:
// they depend on loads. (A second object for the queue would set them apart, and cost every atomic.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <norn/model/memory/memory_order.hpp>
#include <norn/model/memory/shown.hpp>
#include <norn/model/sync/waiter.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

namespace detail {

inline constexpr engine::operation_kind load_kind{.name = "load", .reach = engine::reach::exact};
inline constexpr engine::operation_kind store_kind{.name = "store", .reach = engine::reach::exact};
inline constexpr engine::operation_kind exchange_kind{.name = "exchange",
                                                      .reach = engine::reach::exact};
inline constexpr engine::operation_kind compare_exchange_kind{"compare_exchange"};
inline constexpr engine::operation_kind fetch_add_kind{.name = "fetch_add",
                                                       .reach = engine::reach::exact};
inline constexpr engine::operation_kind fetch_sub_kind{.name = "fetch_sub",
                                                       .reach = engine::reach::exact};
inline constexpr engine::operation_kind fetch_and_kind{.name = "fetch_and",
                                                       .reach = engine::reach::exact};
inline constexpr engine::operation_kind fetch_or_kind{.name = "fetch_or",
                                                      .reach = engine::reach::exact};
inline constexpr engine::operation_kind fetch_xor_kind{.name = "fetch_xor",
                                                       .reach = engine::reach::exact};
inline constexpr engine::operation_kind atomic_wait_kind{"wait"};
inline constexpr engine::operation_kind atomic_wake_kind{"wake"};
// Whom a notification touches depends on who waits.
inline constexpr engine::operation_kind atomic_notify_one_kind{
    .name = "notify_one", .reach = engine::reach::unknown, .nothrow = true};
inline constexpr engine::operation_kind atomic_notify_all_kind{
    .name = "notify_all", .reach = engine::reach::unknown, .nothrow = true};

// Whether equal values have equal bytes, as far as C++ compares atomics.
template <class T>
concept compared_by_bytes = std::has_unique_object_representations_v<T> ||
    std::is_same_v<T, float> || std::is_same_v<T, double>;

template <class T>
concept counted = std::is_integral_v<T> && !std::is_same_v<std::remove_cv_t<T>, bool>;

template <class T>
std::uint64_t word_of(const T& value) {
  std::uint64_t word = 0;
  if constexpr (sizeof(T) <= sizeof(word)) std::memcpy(&word, &value, sizeof(T));
  return word;
}

template <class T>
T from_word(std::uint64_t word) {
  static_assert(sizeof(T) <= sizeof(word));
  T value;
  std::memcpy(&value, &word, sizeof(T));
  return value;
}

// Integers wrap around, signed ones too ([atomics.types.int]).
template <class T, class Difference>
T sum(T a, Difference b) {
  if constexpr (counted<T>) {
    using bits = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<bits>(static_cast<bits>(a) + static_cast<bits>(b)));
  } else {
    return a + b;
  }
}
template <class T, class Difference>
T difference(T a, Difference b) {
  if constexpr (counted<T>) {
    using bits = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<bits>(static_cast<bits>(a) - static_cast<bits>(b)));
  } else {
    return a - b;
  }
}

template <class T>
struct atomic_difference {
  using type = T;
};
template <class T>
struct atomic_difference<T*> {
  using type = std::ptrdiff_t;
};

struct atomic_access;  // await.hpp

}  // namespace detail

template <class T>
class atomic {
  static_assert(std::is_trivially_copyable_v<T>, "std::atomic<T> requires it too");

  static constexpr bool has_sum =
      detail::counted<T> || std::is_floating_point_v<T> || std::is_pointer_v<T>;

 public:
  using value_type = T;
  using difference_type = typename detail::atomic_difference<T>::type;
  static constexpr bool is_always_lock_free = sizeof(T) <= sizeof(std::uint64_t);

  atomic() : atomic(T{}) {}
  // Not an operation: what another thread may see of it must be ordered by other means.
  atomic(T initial, std::string_view label = {})  // NOLINT: as in the standard
      : value_(initial), state_("atomic", label, detail::word_of(initial)) {}
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  bool is_lock_free() const { return is_always_lock_free; }

  // Requires: an order that does not release; `valid_memory_order` is violated otherwise.
  T load(memory_order order = memory_order_seq_cst,
         source_location where = source_location::current()) const {
    if (engine::observing()) {
      observe(state_);
      return value_;
    }
    engine::point p{detail::load_kind, state_, where};
    detail::require_load_order(p, order);
    p.read(state_);
    detail::synchronise_load(p, state_, order);
    p.describe([&](engine::narration& n) { n.result = detail::shown(value_); });
    return value_;
  }

  // Requires: an order that does not acquire; `valid_memory_order` is violated otherwise.
  void store(T desired, memory_order order = memory_order_seq_cst,
             source_location where = source_location::current()) {
    engine::point p{detail::store_kind, state_, where};
    detail::require_store_order(p, order);
    p.write(state_);
    detail::synchronise_store(p, state_, order);
    assign(p, desired);
  }

  T exchange(T desired, memory_order order = memory_order_seq_cst,
             source_location where = source_location::current()) {
    return modify(detail::exchange_kind, order, where, [&](const T&) { return desired; });
  }

  // Stores `desired` if the value is `expected`, and copies the value to `expected` otherwise.
  // Compares bytes, as the standard does. Requires: a `failure` that does not release.
  bool compare_exchange_strong(T& expected, T desired, memory_order success, memory_order failure,
                               source_location where = source_location::current()) {
    static_assert(detail::compared_by_bytes<T>,
                  "T has bytes that do not take part in its value (padding): they would decide");
    engine::point p{detail::compare_exchange_kind, state_, where};
    detail::require_load_order(p, failure);
    const bool equal = same(value_, expected);
    p.describe([&](engine::narration& n) { n.result = equal ? "true" : "false"; });
    if (equal) {
      p.write(state_);
      detail::synchronise_update(p, state_, success);
      assign(p, desired);
    } else {
      p.read(state_);
      detail::synchronise_load(p, state_, failure);
      expected = value_;
    }
    return equal;
  }
  bool compare_exchange_strong(T& expected, T desired, memory_order order = memory_order_seq_cst,
                               source_location where = source_location::current()) {
    return compare_exchange_strong(expected, desired, order, detail::failure_order(order), where);
  }
  bool compare_exchange_weak(T& expected, T desired, memory_order success, memory_order failure,
                             source_location where = source_location::current()) {
    return compare_exchange_strong(expected, desired, success, failure, where);
  }
  bool compare_exchange_weak(T& expected, T desired, memory_order order = memory_order_seq_cst,
                             source_location where = source_location::current()) {
    return compare_exchange_strong(expected, desired, order, where);
  }

  T fetch_add(difference_type by, memory_order order = memory_order_seq_cst,
              source_location where = source_location::current()) requires(has_sum) {
    return modify(detail::fetch_add_kind, order, where,
                  [&](const T& v) { return detail::sum(v, by); });
  }
  T fetch_sub(difference_type by, memory_order order = memory_order_seq_cst,
              source_location where = source_location::current()) requires(has_sum) {
    return modify(detail::fetch_sub_kind, order, where,
                  [&](const T& v) { return detail::difference(v, by); });
  }
  T fetch_and(T bits, memory_order order = memory_order_seq_cst,
              source_location where = source_location::current()) requires detail::counted<T> {
    return modify(detail::fetch_and_kind, order, where,
                  [&](const T& v) { return static_cast<T>(v & bits); });
  }
  T fetch_or(T bits, memory_order order = memory_order_seq_cst,
             source_location where = source_location::current()) requires detail::counted<T> {
    return modify(detail::fetch_or_kind, order, where,
                  [&](const T& v) { return static_cast<T>(v | bits); });
  }
  T fetch_xor(T bits, memory_order order = memory_order_seq_cst,
              source_location where = source_location::current()) requires detail::counted<T> {
    return modify(detail::fetch_xor_kind, order, where,
                  [&](const T& v) { return static_cast<T>(v ^ bits); });
  }

  operator T() const { return load(memory_order_seq_cst, source_location{}); }  // NOLINT
  T operator=(T desired) {  // NOLINT: returns the value, as in the standard
    store(desired, memory_order_seq_cst, source_location{});
    return desired;
  }
  T operator++(int) requires(has_sum) { return add(1); }
  T operator--(int) requires(has_sum) { return subtract(1); }
  T operator++() requires(has_sum) { return detail::sum(add(1), 1); }
  T operator--() requires(has_sum) { return detail::difference(subtract(1), 1); }
  T operator+=(difference_type by) requires(has_sum) { return detail::sum(add(by), by); }
  T operator-=(difference_type by) requires(has_sum) {
    return detail::difference(subtract(by), by);
  }
  T operator&=(T bits) requires detail::counted<T> {
    return static_cast<T>(fetch_and(bits, memory_order_seq_cst, source_location{}) & bits);
  }
  T operator|=(T bits) requires detail::counted<T> {
    return static_cast<T>(fetch_or(bits, memory_order_seq_cst, source_location{}) | bits);
  }
  T operator^=(T bits) requires detail::counted<T> {
    return static_cast<T>(fetch_xor(bits, memory_order_seq_cst, source_location{}) ^ bits);
  }

  // Returns when the value differs from `old`; until then blocks, and looks again each time it is
  // notified ([atomics.wait]). Does not wake spuriously, so that a change without a notification is
  // found out as a deadlock. One scheduling point if the value differs, two more for each time it
  // blocks. Requires: an order that does not release.
  void wait(T old, memory_order order = memory_order_seq_cst,
            source_location where = source_location::current()) const {
    static_assert(detail::compared_by_bytes<T>,
                  "T has bytes that do not take part in its value (padding): they would decide");
    while (const auto blocked = blocks_while_equal(old, order, where)) {
      // Once notified, the thread touches the atomic again when it looks, and not before.
      engine::point p{detail::atomic_wake_kind, state_.slot(), where, blocked->until_ended()};
      blocked->read(p);
    }
  }

  // Ends the blocking of one thread in `wait`, if any blocks; each of them is tried by an exhaustive
  // search. A notification synchronises with nothing.
  void notify_one(source_location where = source_location::current()) {
    engine::point p{detail::atomic_notify_one_kind, state_, where};
    if (p.abandoned()) return;
    if (waiting_.size(p) == 0) {
      p.read(state_);
      return;
    }
    const std::uint16_t place = p.choose(static_cast<std::uint32_t>(waiting_.size(p)));
    p.write(state_);
    waiting_.end_one(p, place, wake_reason::granted);
  }

  // Ends the blocking of all of them.
  void notify_all(source_location where = source_location::current()) {
    engine::point p{detail::atomic_notify_all_kind, state_, where};
    if (p.abandoned()) return;
    if (waiting_.size(p) == 0) {
      p.read(state_);
      return;
    }
    p.write(state_);
    waiting_.end_all(p, wake_reason::granted);
  }

 private:
  friend struct detail::atomic_access;

  static bool same(const T& a, const T& b) { return std::memcmp(&a, &b, sizeof(T)) == 0; }

  T add(difference_type by) { return fetch_add(by, memory_order_seq_cst, source_location{}); }
  T subtract(difference_type by) { return fetch_sub(by, memory_order_seq_cst, source_location{}); }

  void assign(engine::point& p, const T& value) {
    if (p.abandoned()) return;
    p.describe([&](engine::narration& n) {
      n.changes = detail::shown(value_) + "→" + detail::shown(value);
    });
    value_ = value;
    p.set_word(state_, detail::word_of(value));
  }

  template <class F>
  T modify(const engine::operation_kind& kind, memory_order order, source_location where,
           F&& next) {
    engine::point p{kind, state_, where};
    p.write(state_);
    detail::synchronise_update(p, state_, order);
    const T old = value_;
    assign(p, next(old));
    p.describe([&](engine::narration& n) { n.result = detail::shown(old); });
    return old;
  }

  // Compares and, where the value is the old one, joins the queue in the same step: a notification
  // that follows the change of the value cannot fall between the two.
  std::optional<pending_wait> blocks_while_equal(const T& old, memory_order order,
                                                 source_location where) const {
    engine::point p{detail::atomic_wait_kind, state_, where};
    detail::require_load_order(p, order);
    std::optional<pending_wait> blocked;
    if (same(value_, old)) {
      p.write(state_);
      blocked = pending_wait::begin();
      waiting_.add(*blocked);
    } else {
      p.read(state_);
    }
    detail::synchronise_load(p, state_, order);
    p.describe(
        [&](engine::narration& n) { n.result = blocked ? "blocks" : detail::shown(value_); });
    return blocked;
  }

  T value_;
  mutable wait_queue waiting_;
  engine::memory_object state_;
};

template <class T>
atomic(T) -> atomic<T>;
template <class T>
atomic(T, std::string_view) -> atomic<T>;

}  // namespace norn
