// Spawn: how a model starts a thread. Part of the current event of the creating thread.
#pragma once

#include <string_view>
#include <utility>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/thread_body.hpp>

namespace norn {

namespace detail {
thread_body& begin_spawn(std::string_view name, int number, bool environment);
thread_body& begin_spawn_in_group(std::string_view name, int number, thread_id first, bool equal);
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

// The same for one of a group, which the current event creates one after the other: `first` is the first of them,
// and no_thread where that is this one. Equals may be renamed among themselves by the search.
template <class F>
thread_id spawn_in_group(std::string_view name, int number, thread_id first, bool equal, F&& body) {
  detail::begin_spawn_in_group(name, number, first, equal).emplace(std::forward<F>(body));
  return detail::finish_spawn();
}

// The object that stands for the end of the thread, or of its group: its word is how many have ended.
object_slot end_of(thread_id t);

}  // namespace norn
