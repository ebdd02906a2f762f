// Timeouts, as asyncio.timeout and asyncio.wait_for: the running task is cancelled once the time is over, and the
// cancellation that this was becomes a TimeoutError.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/event_loop.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

class timeout {
 public:
  // Entered by the running task. No delay: it never fires. A scheduling point. Throws runtime_error outside a task.
  timeout(std::optional<std::chrono::nanoseconds> delay, source_location where);
  timeout(const timeout&) = delete;
  timeout& operator=(const timeout&) = delete;

  // Fires so long from now instead. A scheduling point. Throws runtime_error once it has fired.
  void reschedule(std::optional<std::chrono::nanoseconds> delay,
                  source_location where = source_location::current());
  bool expired() const { return fired_; }

  // Left by the same task, which throws that: what it throws instead, if anything.
  std::exception_ptr leave(const std::exception_ptr& thrown);

 private:
  void set(engine::point& p, std::optional<std::chrono::nanoseconds> delay);

  task_state& task_;
  event_loop& loop_;
  unsigned cancelling_;
  std::shared_ptr<handle> timer_;
  bool fired_ = false;
};

// `async with asyncio.timeout(delay) as t: body`. `body` takes the timeout or nothing. Throws timeout_error.
template <class Body>
auto with_timeout(std::optional<std::chrono::nanoseconds> delay, Body body,
                  source_location where = source_location::current()) {
  timeout scope(delay, where);
  const auto call = [&] {
    if constexpr (std::is_invocable_v<Body&, timeout&>) {
      return body(scope);
    } else {
      return body();
    }
  };
  using result = decltype(call());
  std::conditional_t<std::is_void_v<result>, bool, std::optional<result>> value{};
  const std::exception_ptr thrown = scope.leave(detail::thrown_by([&] {
    if constexpr (std::is_void_v<result>) {
      call();
    } else {
      value.emplace(call());
    }
  }));
  if (thrown) std::rethrow_exception(thrown);
  if constexpr (!std::is_void_v<result>) return std::move(*value);
}

namespace detail {

// Cancels the future and waits until it is done.
void cancel_and_wait(future_state& f, source_location where);
// What `wait_for` does without time to wait. Throws what the future failed with, timeout_error where it was cancelled.
void wait_for_no_time(future_state& f, source_location where);
void wait_for_3_11(future_state& f, std::chrono::nanoseconds delay, source_location where);

}  // namespace detail

// `await asyncio.wait_for(f, delay)`: of a future, which is cancelled when the time is over, or of a function that
// the running task calls (since 3.12). Throws timeout_error. Scheduling points.
template <class T>
T wait_for(const future<T>& f, std::chrono::nanoseconds delay,
           source_location where = source_location::current()) {
  if (delay <= std::chrono::nanoseconds::zero()) {
    detail::wait_for_no_time(*f.state(), where);
    return f.result(where);
  }
  return with_timeout(
      delay, [&] { return f.await(where); }, where);
}
template <class F>
  requires std::is_invocable_v<F&>
auto wait_for(F f, std::chrono::nanoseconds delay,
              source_location where = source_location::current()) {
  if (delay <= std::chrono::nanoseconds::zero()) {
    return wait_for(create_task("wait_for", std::move(f), where), delay, where);
  }
  return with_timeout(delay, std::move(f), where);
}

// As it was until Python 3.11: the function runs in a task of its own, and a cancellation that comes when that has ended
// is swallowed.
namespace python_3_11 {

template <class T>
T wait_for(const future<T>& f, std::chrono::nanoseconds delay,
           source_location where = source_location::current()) {
  if (delay <= std::chrono::nanoseconds::zero()) {
    detail::wait_for_no_time(*f.state(), where);
  } else {
    detail::wait_for_3_11(*f.state(), delay, where);
  }
  return f.result(where);
}
template <class F>
  requires std::is_invocable_v<F&>
auto wait_for(F f, std::chrono::nanoseconds delay,
              source_location where = source_location::current()) {
  return python_3_11::wait_for(create_task("wait_for", std::move(f), where), delay, where);
}

}  // namespace python_3_11

}  // namespace norn::asyncio
