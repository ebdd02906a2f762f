// Await: a thread that waits for the value of an atomic, without a loop. A loop that re-reads the
// value does the same and costs the search an execution for every time that it could look in vain;
// `await` is enabled only while its condition holds. If no other thread can make it hold, that is a
// deadlock.
//
// The condition is a pure function of the value: the search evaluates it in other states and after
// the thread has moved on, so it can carry nothing but one operand.
//
//   norn::await_equal(ready, true);
//   norn::await(ticket, std::greater_equal<int>{}, mine);
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>

#include <norn/model/memory/atomic.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

namespace detail {

inline constexpr engine::operation_kind await_kind{"await"};

template <class Predicate>
concept stateless = std::is_empty_v<Predicate> && std::is_default_constructible_v<Predicate>;

struct atomic_access {
  // Waits while `open(word, operand)` is false; then loads with seq_cst.
  template <class T>
  static T await(const atomic<T>& a, engine::guard::predicate open, std::uint64_t operand,
                 source_location where) {
    static_assert(sizeof(T) <= sizeof(std::uint64_t),
                  "await needs a value of at most 8 bytes: the search keeps it in one word");
    engine::point p{await_kind, a.state_, where, engine::guard{a.state_.slot(), open, operand}};
    p.read(a.state_);
    p.acquire(a.state_);
    p.describe([&](engine::narration& n) { n.result = shown(a.value_); });
    return a.value_;
  }
};

}  // namespace detail

// Waits until `Predicate{}(value)` is true, and returns the value. A scheduling point, and a load with
// memory_order_seq_cst. `Predicate` captures nothing.
template <class T, class Predicate>
  requires std::is_invocable_r_v<bool, Predicate, T> T
  await(const atomic<T>& a, Predicate, source_location where = source_location::current()) {
    static_assert(
        detail::stateless<Predicate>,
        "the condition of await captures nothing: the search evaluates it in other states "
        "and after this thread has moved on; pass what it compares with as an operand");
    return detail::atomic_access::await(
        a,
        [](std::uint64_t word, std::uint64_t) -> bool {
          return Predicate{}(detail::from_word<T>(word));
        },
        0, where);
  }

// Waits until `Predicate{}(value, operand)` is true, and returns the value. Otherwise as above.
template <class T, class Predicate>
  requires std::is_invocable_r_v<bool, Predicate, T, T> T
  await(const atomic<T>& a, Predicate, std::type_identity_t<T> operand,
        source_location where = source_location::current()) {
    static_assert(
        detail::stateless<Predicate>,
        "the condition of await captures nothing: the search evaluates it in other states "
        "and after this thread has moved on; pass what it compares with as an operand");
    return detail::atomic_access::await(
        a,
        [](std::uint64_t word, std::uint64_t with) -> bool {
          return Predicate{}(detail::from_word<T>(word), detail::from_word<T>(with));
        },
        detail::word_of(operand), where);
  }

// Waits until the value equals `value`, or does not. Otherwise as above.
template <class T>
T await_equal(const atomic<T>& a, std::type_identity_t<T> value,
              source_location where = source_location::current()) {
  return await(a, std::equal_to<T>{}, value, where);
}
template <class T>
T await_not_equal(const atomic<T>& a, std::type_identity_t<T> value,
                  source_location where = source_location::current()) {
  return await(a, std::not_equal_to<T>{}, value, where);
}

}  // namespace norn
