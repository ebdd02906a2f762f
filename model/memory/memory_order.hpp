// Memory order: what the order given to an atomic operation means to the race detector (C++20
// [atomics.order], [intro.races], [atomics.fences]), and which orders an operation may be given.
//
// Execution is sequentially consistent: a load reads the newest store. The weaker orders therefore
// hide no value; what they do not order is reported as a data race on what they should have protected.
#pragma once

#include <atomic>

#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using std::memory_order;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_consume;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

namespace detail {

// `consume` counts as `acquire`, as it does in every compiler.
constexpr bool acquires(memory_order o) {
  return o != memory_order_relaxed && o != memory_order_release;
}
constexpr bool releases(memory_order o) {
  return o == memory_order_release || o == memory_order_acq_rel || o == memory_order_seq_cst;
}

// The order that a failed compare-exchange has when only one is given ([atomics.types.operations]).
constexpr memory_order failure_order(memory_order success) {
  if (success == memory_order_acq_rel) return memory_order_acquire;
  if (success == memory_order_release) return memory_order_relaxed;
  return success;
}

// Violate `valid_memory_order` unless the operation may be given the order. Before any access.
void require_load_order(engine::point& p, memory_order order);
void require_store_order(engine::point& p, memory_order order);

// What the operation synchronises with. A relaxed read-modify-write keeps the release sequence that a
// relaxed store ends.
void synchronise_load(engine::point& p, const engine::object& o, memory_order order);
void synchronise_store(engine::point& p, const engine::object& o, memory_order order);
void synchronise_update(engine::point& p, const engine::object& o, memory_order order);

}  // namespace detail
}  // namespace norn
