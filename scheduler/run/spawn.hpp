// Spawn: how a model starts a thread. Part of the current event of the creating thread.
#pragma once

#include <string_view>
#include <utility>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/thread_body.hpp>

namespace norn {

namespace detail {
thread_body& begin_spawn(std::string_view name, int number, bool environment);
thread_body& begin_spawn_equal(std::string_view name, int number, thread_id first);
thread_id finish_spawn();
}  // namespace detail

// Creates a thread that runs `body`, and runs it up to its first operation. `number`, where not
// negative, follows the name for the reader.
template <class F>
thread_id spawn(std::string_view name, int number, F&& body) {
  detail::begin_spawn(name, number, false).emplace(std::forward<F>(body));
  return detail::finish_spawn();
}

// The same for a thread of the environment: its steps are faults, and of the orders that come to the same
// it is tried last.
template <class F>
thread_id spawn_environment(std::string_view name, F&& body) {
  detail::begin_spawn(name, -1, true).emplace(std::forward<F>(body));
  return detail::finish_spawn();
}

// The same for one of a group of equal threads, which the current event creates one after the other: `first`
// is the first of them, and no_thread where that is this one. The search may rename them among themselves.
template <class F>
thread_id spawn_equal(std::string_view name, int number, thread_id first, F&& body) {
  detail::begin_spawn_equal(name, number, first).emplace(std::forward<F>(body));
  return detail::finish_spawn();
}

// The object that stands for the end of all threads of the group: its word is how many have ended.
object_slot end_of_group_of(thread_id first);

// The object that stands for the thread's end: its word is 0 until the thread has ended.
object_slot end_of(thread_id t);

}  // namespace norn
