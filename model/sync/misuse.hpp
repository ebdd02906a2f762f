// Misuse: what a program does to a synchronisation object that the standard leaves undefined (or
// answers with an exception that nobody expects). Each kind is a property of its own:
//
//   unlock_by_owner                   unlock by a thread that does not hold the lock
//   no_double_lock                    lock by a thread that already holds the lock
//   recursive_depth_within_maximum    a recursive mutex locked too many times over
//   wait_holds_mutex                  a wait on a condition without holding its mutex
//   one_mutex_per_condition           two threads wait on one condition_variable with two mutexes
//   semaphore_within_maximum          a semaphore's counter raised above its maximum, or made below 0
//   latch_not_below_zero              a latch counted down below 0
//   barrier_expects_arrival           more threads arrive at a barrier than its phase expects
//   barrier_token_is_current          a wait with another barrier's token, or one of a phase long past
//   call_once_not_reentered           a function called once calls itself through its own flag
//   valid_memory_order                a memory order that the operation must not be given
//   no_use_after_destruction          an operation on an object that has been destroyed
#pragma once

#include <string>
#include <string_view>

#include <norn/scheduler/run/point.hpp>

namespace norn::misuse {

inline constexpr std::string_view unlock_by_owner = "unlock_by_owner";
inline constexpr std::string_view no_double_lock = "no_double_lock";
inline constexpr std::string_view recursive_depth = "recursive_depth_within_maximum";
inline constexpr std::string_view wait_holds_mutex = "wait_holds_mutex";
inline constexpr std::string_view one_mutex_per_condition = "one_mutex_per_condition";
inline constexpr std::string_view semaphore_maximum = "semaphore_within_maximum";
inline constexpr std::string_view latch_not_below_zero = "latch_not_below_zero";
inline constexpr std::string_view barrier_expects_arrival = "barrier_expects_arrival";
inline constexpr std::string_view barrier_token = "barrier_token_is_current";
inline constexpr std::string_view call_once_not_reentered = "call_once_not_reentered";
inline constexpr std::string_view valid_memory_order = "valid_memory_order";
inline constexpr std::string_view no_use_after_destruction = "no_use_after_destruction";

// Reports misuse by an operation that destructors call, and stops the thread. No exception can leave
// such an operation, so this returns once the execution is being taken down: return at once then.
void refuse(engine::point& p, std::string_view property, std::string_view message);

// "worker/0", for messages. Requires: the thread exists in this execution.
std::string name_of(engine::thread_id t);

}  // namespace norn::misuse
