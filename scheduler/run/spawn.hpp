// Spawn: how a model starts a thread. Part of the current event of the creating thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/thread_body.hpp>

namespace norn::engine {

enum class thread_role : std::uint8_t {
  ordinary,
  daemon,       // may wait for ever: that alone is no deadlock
  environment,  // its steps are faults, and of the orders that come to the same it is tried last
  member,       // of a group: threads that one event creates, and that have one end
  equal,        // a member that the search may rename among the others
};

// The thread that the running one is to create next. It exists from `create_thread` on; until then its body is
// filled in, which may throw.
thread_id next_child();
thread_body& body_of(thread_id t);
void create_thread(thread_id t, std::string_view name, int number, thread_role role,
                   thread_id first_of_group);
// Runs each of them up to its first operation.
void start_threads(std::span<const thread_id> threads);

// Creates a thread that runs `body`, and runs it up to its first operation. `number`, where not
// negative, follows the name for the reader. The role: ordinary, a daemon or of the environment.
template <class F>
thread_id spawn(std::string_view name, int number, F&& body,
                thread_role role = thread_role::ordinary) {
  const thread_id t = next_child();
  engine::body_of(t).emplace(std::forward<F>(body));
  create_thread(t, name, number, role, no_thread);
  start_threads({&t, 1});
  return t;
}

// The same for a group of `count` threads, of which each runs its `body_of(0)` …. Requires: count ≥ 1, and the
// role is that of a member.
template <class BodyOf>
std::vector<thread_id> spawn_group(std::string_view name, int count, thread_role role,
                                   const BodyOf& body_of) {
  std::vector<thread_id> group;
  group.reserve(static_cast<std::size_t>(count));
  try {
    for (int i = 0; i < count; ++i) {
      const thread_id t = group.emplace_back(next_child());
      engine::body_of(t).emplace(body_of(i));
    }
  } catch (...) {
    for (const thread_id t : group) engine::body_of(t).reset();
    throw;
  }
  for (int i = 0; i < count; ++i) {
    create_thread(group[static_cast<std::size_t>(i)], name, i, role, group.front());
  }
  start_threads(group);
  return group;
}

// From now on the thread is a task that this thread of the program carries, or the one that carries this one. Part of the
// current event.
void set_carrier(thread_id task, thread_id carrier);

// The object that stands for the thread's end: its word is 0 until the thread has ended. Requires: no member of a group.
object_slot end_of(thread_id t);

// The object that stands for the end of all members of a group: its word is how many have ended. Their ends commute, so
// the only guard to wait with is that all have.
object_slot end_of_group_of(thread_id first);

}  // namespace norn::engine
