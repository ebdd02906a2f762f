// Thread pool: where a loop has blocking work done, as the default ThreadPoolExecutor of asyncio.
//
// Each of the first jobs, as many as there may be threads, has a thread of its own; later ones wait for whoever has
// done with its job. (Python gives a job to an idle thread if there is one. Which thread it is makes no difference to
// work that keeps nothing in its thread.) Work that has begun cannot be cancelled: only who waits for it is.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <norn/model/asyncio/context.hpp>
#include <norn/model/asyncio/event_loop.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::asyncio {

class thread_pool {
 public:
  struct job {
    std::function<void()> work;                   // throws nothing
    std::function<void(engine::point&)> deliver;  // in the loop, once the work has been done
    context in;
    bool begun = false;
    bool cancelled = false;
    bool delivered = false;
    engine::memory_object state{"job"};  // its word is 1 once it has been done, or will not be
  };

  static thread_pool& of(event_loop& loop);
  explicit thread_pool(event_loop& loop) : loop_(loop) {}

  std::shared_ptr<job> submit(engine::point& p, std::function<void()> work,
                              std::function<void(engine::point&)> deliver);
  // Unless it has begun. A scheduling point.
  static void cancel(job& j);

  // On the loop's thread: waits for all jobs. Scheduling points, one for each job that is not known to be over. Returns
  // whether there were any.
  bool shut_down(source_location where);

 private:
  void work(std::shared_ptr<job> first);
  void perform(job& j);

  event_loop& loop_;
  std::vector<std::shared_ptr<job>> all_;
  std::size_t threads_ = 0;
  engine::memory_object queue_{"queue of jobs"};  // its word is how many wait
  std::deque<std::shared_ptr<job>> waiting_;
};

namespace detail {

inline constexpr engine::operation_kind to_thread_kind{.name = "to_thread",
                                                       .reach = engine::reach::unknown};

// What a job came to, until the loop is told.
template <class T>
struct job_result {
  std::conditional_t<std::is_void_v<T>, bool, std::optional<T>> value{};
  std::exception_ptr error;
};

template <class F>
auto submit(engine::point& p, event_loop& loop, F f) {
  using result = std::invoke_result_t<F&>;
  const auto told = std::make_shared<future_of<result>>(loop);
  const auto comes_to = std::make_shared<job_result<result>>();
  const std::shared_ptr<thread_pool::job> job = thread_pool::of(loop).submit(
      p,
      [comes_to, f = std::move(f)]() mutable {
        comes_to->error = thrown_by([&] {
          if constexpr (std::is_void_v<result>) {
            f();
          } else {
            comes_to->value.emplace(f());
          }
        });
      },
      [comes_to, told](engine::point& then) {
        if (told->done()) return;
        if (comes_to->error) {
          told->fail(then, comes_to->error);
          return;
        }
        if constexpr (!std::is_void_v<result>) told->result = std::move(comes_to->value);
        told->succeed(then);
      });
  // The pool keeps its jobs, and a job who waits for it.
  told->when_done(p, [&loop, &its = *job, &of = *told](engine::point&) {
    if (!of.cancelled()) return engine::no_thread;
    return loop.run_by_loop([&its] { thread_pool::cancel(its); }, std::make_shared<context>());
  });
  return told;
}

}  // namespace detail

// Has `f` called by a thread of the pool (loop.run_in_executor(None, f)). A scheduling point.
template <class F>
auto run_in_executor(F f, source_location where = source_location::current()) {
  event_loop& loop = event_loop::current();
  engine::point p{detail::to_thread_kind, loop.state(), where};
  loop.touch(p);
  return future<std::invoke_result_t<F&>>(detail::submit(p, loop, std::move(f)));
}

// The same, in a copy of the running context, and waits for it in the running task: returns what `f` returns, or throws
// what it throws. Where the task is cancelled meanwhile, the work goes on.
template <class F>
auto to_thread(F f, source_location where = source_location::current()) {
  step s{detail::to_thread_kind, event_loop::current().state(), where};
  const auto told = detail::submit(s.now(), s.loop(), std::move(f));
  if (const std::exception_ptr thrown = s.wait(*told)) std::rethrow_exception(thrown);
  if constexpr (!std::is_void_v<std::invoke_result_t<F&>>) return std::move(*told->result);
}

}  // namespace norn::asyncio
