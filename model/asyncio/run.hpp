// Run: a loop for one main function, as asyncio.run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <norn/model/asyncio/event_loop.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

namespace detail {

// Throws runtime_error where the thread runs a loop already.
std::shared_ptr<event_loop> loop_to_run(const loop_options& options);
// Runs the loop until the future that `start` makes is done; then cancels what tasks are left, waits for them and
// closes the loop.
void run_and_close(event_loop& loop,
                   const std::function<std::shared_ptr<future_state>(engine::point&)>& start,
                   source_location where);

}  // namespace detail

// Runs `main` as a task of a new loop on the running thread, and returns when it has ended, all other tasks have been
// cancelled and have ended, and the threads of `to_thread` have done their work. Returns what `main` returned, or
// throws what it threw. Tasks are cancelled in the order of their creation, which Python leaves open.
template <class F>
auto run(F main, const loop_options& options = {},
         source_location where = source_location::current()) {
  using result = std::invoke_result_t<F&>;
  const std::shared_ptr<event_loop> loop = detail::loop_to_run(options);
  std::optional<task<result>> whole;
  detail::run_and_close(
      *loop,
      [&](engine::point& p) -> std::shared_ptr<future_state> {
        whole.emplace(detail::create_task(p, *loop, "main task", std::move(main)));
        return whole->state();
      },
      where);
  whole->state()->throw_failure();
  if constexpr (!std::is_void_v<result>) return *whole->state()->result;
}

}  // namespace norn::asyncio
