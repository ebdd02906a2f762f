// Call once, in the shape of std::call_once (C++20 [thread.once.callonce]).
//
// Invariants: the object's word is 0 before the function has returned, its caller's identity + 2
// while it runs, and 1 afterwards. Beginning and ending write the object; finding it done reads it.
// Each call of the function synchronises with the next, and the one that returns with every later
// call_once.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn {

class once_flag {
 public:
  explicit once_flag(std::string_view label = {}) : state_("once_flag", label) {}
  once_flag(const once_flag&) = delete;
  once_flag& operator=(const once_flag&) = delete;

  // What call_once is made of; each a scheduling point. `begin`: waits while another thread's call
  // runs; true if the caller is to call the function and `end`.
  bool begin(source_location where);
  void end(bool returned, source_location where);

 private:
  engine::memory_object state_;
};

namespace detail {

// Carries the place of the call past the parameter pack.
struct located_once_flag {
  once_flag& flag;
  source_location where;

  located_once_flag(once_flag& f, source_location w = source_location::current())
      : flag(f), where(w) {}
};

// Ends a call however it ends.
class once_call {
 public:
  explicit once_call(const located_once_flag& f) : flag_(f) {}
  once_call(const once_call&) = delete;
  once_call& operator=(const once_call&) = delete;
  ~once_call() { flag_.flag.end(returned_, flag_.where); }

  void returned() { returned_ = true; }

 private:
  located_once_flag flag_;
  bool returned_ = false;
};

}  // namespace detail

// Calls the function unless a call through this flag has returned; waits while one runs. When it
// throws, the exception is the caller's and the next call_once calls again. Two scheduling points
// for the call, one for the others. A call within the function through its own flag violates
// `call_once_not_reentered`.
template <class Callable, class... Args>
void call_once(detail::located_once_flag flag, Callable&& f, Args&&... args) {
  if (!flag.flag.begin(flag.where)) return;
  detail::once_call call(flag);
  std::invoke(std::forward<Callable>(f), std::forward<Args>(args)...);
  call.returned();
}

}  // namespace norn
