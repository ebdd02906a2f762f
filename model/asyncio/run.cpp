#include <norn/model/asyncio/run.hpp>

#include <cstddef>
#include <vector>

#include <norn/model/asyncio/running.hpp>
#include <norn/model/asyncio/thread_pool.hpp>

namespace norn::asyncio::detail {

using namespace engine;

namespace {

// The last of them to be done stops the loop in its turn.
void stop_when_done(point& p, event_loop& loop, future_state& f) {
  f.when_done(p, [&loop](point&) {
    loop.stop();
    return no_thread;
  });
}

std::vector<std::shared_ptr<future_state>> unfinished_tasks(const event_loop& loop) {
  std::vector<std::shared_ptr<future_state>> found;
  for (const std::weak_ptr<future_state>& each : loop.tasks()) {
    const std::shared_ptr<future_state> task = each.lock();
    if (task != nullptr && !task->done()) found.push_back(task);
  }
  return found;
}

void cancel_all(event_loop& loop, source_location where) {
  const std::vector<std::shared_ptr<future_state>> tasks = unfinished_tasks(loop);
  if (tasks.empty()) return;
  std::size_t left = tasks.size();
  const auto all = std::make_shared<future_of<void>>(loop);
  loop.run_forever(
      [&](point& p) {
        for (const auto& each : tasks) each->cancel(p, {});
        for (const auto& each : tasks) {
          each->when_done(p, [&left, all](point& then) {
            if (--left == 0) all->succeed(then);
            return no_thread;
          });
        }
        stop_when_done(p, loop, *all);
      },
      where);
}

// What the threads of the pool have handed in is dealt with, too.
void shut_down(event_loop& loop, source_location where) {
  if (loop.pool() == nullptr || !loop.pool()->shut_down(where)) return;
  loop.run_forever(
      [&](point& p) {
        loop.schedule(p, [&loop](point&) {
          loop.stop();
          return no_thread;
        });
      },
      where);
}

}  // namespace

std::shared_ptr<event_loop> loop_to_run(const loop_options& options) {
  if (running::of_this_thread().loop != nullptr) {
    throw runtime_error("asyncio.run() cannot be called from a running event loop");
  }
  return event_loop::make(options);
}

void run_and_close(event_loop& loop,
                   const std::function<std::shared_ptr<future_state>(point&)>& start,
                   source_location where) {
  loop.run_forever([&](point& p) { stop_when_done(p, loop, *start(p)); }, where);
  cancel_all(loop, where);
  shut_down(loop, where);
  loop.close(where);
}

}  // namespace norn::asyncio::detail
