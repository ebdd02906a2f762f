// Identities. Each kind of identity has a type of its own, so that two of them cannot be swapped.
//
// Invariant: an identity is logical. A thread is named by its creator and its place among the
// creator's children, an object by the thread that made it and its place among that thread's
// objects; an address never enters. The same program therefore names things alike in every
// interleaving and in every process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace norn::engine {

// A thread of the model. 0 is the thread that runs the body of the check.
enum class thread_id : std::uint16_t {};
inline constexpr thread_id main_thread{0};
inline constexpr thread_id no_thread{0xffff};

// The place of an event in its execution, counted from 0.
enum class event_id : std::uint32_t {};
inline constexpr event_id no_event{0xffffffff};

// The place of an object in the runner's table, valid within one execution.
enum class object_slot : std::uint32_t {};
inline constexpr object_slot no_object{0xffffffff};

// The logical name of an object: creating thread and sequence, the same in every interleaving.
enum class object_id : std::uint64_t {};

// Every thread has an object that stands for its end; it bears the last of the thread's numbers. Threads of a
// group have one for all of them, which the first of them bears.
inline constexpr std::uint64_t end_of_thread = 0xffffffff;
inline constexpr std::uint64_t end_of_group = 0xfffffffe;
constexpr object_id name_of_object(thread_id maker, std::uint64_t number) {
  return object_id(static_cast<std::uint64_t>(maker) << 32 | number);
}
constexpr thread_id maker_of(object_id o) {
  return thread_id(static_cast<std::uint16_t>(static_cast<std::uint64_t>(o) >> 32));
}
constexpr std::uint64_t number_of(object_id o) {
  return static_cast<std::uint64_t>(o) & 0xffffffff;
}
constexpr bool is_end_of_thread(object_id o) { return number_of(o) >= end_of_group; }
// Objects that belong to the execution as a whole are named after their type instead (run_local.hpp).
inline constexpr std::uint64_t run_local_mark = std::uint64_t{1} << 63;
constexpr bool is_run_local(object_id o) {
  return (static_cast<std::uint64_t>(o) & run_local_mark) != 0;
}

template <class Id>
  requires std::is_enum_v<Id>
constexpr std::size_t index_of(Id id) { return static_cast<std::size_t>(id); }

}  // namespace norn::engine
