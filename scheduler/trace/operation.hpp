// Operation: what a thread announces before it does it. A parked thread's next operation is
// therefore always known: its kind, the object it is called on, and the guard that may disable it.
#pragma once

#include <cstdint>
#include <string_view>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::engine {

// FNV-1a, at compile time where the name is a constant.
constexpr std::uint64_t hash_of_name(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// What the operations of a kind can touch at most, whatever they meet. It decides what the search has to find out by
// running them (docs/decisions/0021-announced-reach.md).
enum class reach : std::uint8_t {
  // The same objects and regions. Only the modes may depend on what is met there: compare-exchange, `try_lock`.
  own,
  // The same objects and regions in the same modes, without a guard and without alternatives: a load, a store, a
  // fetch_add. What the operation would do in another order is then known without running it.
  exact,
  // Parts of what each operation announces before its first access (point::may_write). Which parts depends on what it
  // meets: a scan that ends early, a timed lock that moves the clock only when it gives up.
  announced,
  // Anything. The operation follows a name: what it touches is known only when it has run.
  unknown,
};

// One constant of static storage per kind of operation, defined by the model that offers it.
struct operation_kind {
  const char* name;  // as the reader of a trace knows it: "lock", "rename"
  engine::reach reach = engine::reach::own;
  // May be called from a destructor or a noexcept function, where no exception can pass: when an
  // execution is abandoned it becomes a no-op instead of unwinding the thread.
  bool nothrow = false;
  // Its alternatives are data of the program: their order does not follow from which threads there are, as that
  // of whom to wake does.
  bool offers_data = false;
  std::uint64_t name_hash = hash_of_name(name);
};

// A condition on one object's word under which an operation is enabled.
//
// Invariants on which the exhaustive strategy rests: `open` is a pure function of the two words; all
// events that change the object's word write the object, so they are totally ordered (but for the ends of
// a group's threads, which commute: run/spawn.hpp); and an operation with a revocable guard touches the
// guard's object and nothing else (what follows from it is an operation of its own).
struct guard {
  using predicate = bool (*)(std::uint64_t word, std::uint64_t operand);

  object_slot object = no_object;
  predicate open = nullptr;
  std::uint64_t operand = 0;
  // Whether an open guard can close again before the operation runs. A mutex can be taken by
  // another thread; a thread that has ended has ended.
  bool revocable = true;
  // Where the guard is revocable and the thread can be killed: the object whose word says that it has
  // been, which closes the guard for good. Whoever writes that word writes the guard's object, too.
  object_slot lifeline = no_object;

  bool exists() const { return open != nullptr; }
};

struct timing;

struct operation {
  const operation_kind* kind = nullptr;
  object_slot object = no_object;
  source_location where;
  engine::guard guard;
  // When it may happen (timing.hpp), as long as it is pending; null: at once.
  const engine::timing* timing = nullptr;
};

}  // namespace norn::engine
