#include <norn/model/memory/memory_order.hpp>

#include <string>

#include <norn/model/sync/misuse.hpp>

namespace norn::detail {

using namespace engine;

namespace {

const char* name_of(memory_order o) {
  switch (o) {
    case memory_order_relaxed:
      return "memory_order_relaxed";
    case memory_order_consume:
      return "memory_order_consume";
    case memory_order_acquire:
      return "memory_order_acquire";
    case memory_order_release:
      return "memory_order_release";
    case memory_order_acq_rel:
      return "memory_order_acq_rel";
    case memory_order_seq_cst:
      return "memory_order_seq_cst";
  }
  return "an unknown memory order";
}

}  // namespace

void require_load_order(point& p, memory_order order) {
  if (!releases(order) || order == memory_order_seq_cst) return;
  p.halt(misuse::valid_memory_order,
         std::string("a load with ") + name_of(order) +
             ": it stores nothing that could release; use relaxed, consume, acquire or seq_cst");
}

void require_store_order(point& p, memory_order order) {
  if (!acquires(order) || order == memory_order_seq_cst) return;
  p.halt(misuse::valid_memory_order,
         std::string("a store with ") + name_of(order) +
             ": it loads nothing that could acquire; use relaxed, release or seq_cst");
}

void synchronise_load(point& p, const object& o, memory_order order) {
  if (acquires(order)) {
    p.acquire(o);
  } else {
    p.acquire_relaxed(o);
  }
}

void synchronise_store(point& p, const object& o, memory_order order) {
  if (releases(order)) {
    p.release(o);
  } else {
    p.release_relaxed(o);
  }
}

void synchronise_update(point& p, const object& o, memory_order order) {
  synchronise_load(p, o, order);
  if (releases(order)) {
    p.release_join(o);
  } else {
    p.release_join_relaxed(o);
  }
}

}  // namespace norn::detail
