// TaskGroup, as asyncio.TaskGroup: tasks that have ended when the block is left. If one fails the others are cancelled,
// and so is the block.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

class task_group {
 public:
  // Entered by the running task. Throws runtime_error outside a task.
  task_group() : parent_(task_state::current("TaskGroup")) {}
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  // Throws runtime_error where the group is shutting down or has ended. A scheduling point.
  template <class F>
  auto create_task(std::string_view name, F f, source_location where = source_location::current()) {
    require_open();
    event_loop& loop = parent_.as_future().loop();
    engine::point p{detail::create_task_kind, loop.state(), where};
    loop.touch(p);
    auto made = detail::create_task(p, loop, name, std::move(f));
    add(p, made.state());
    return made;
  }

  // Waits for all; the block has thrown that. Throws exception_group, what the block threw, or that the task is cancelled.
  void leave(std::exception_ptr thrown, source_location where);

 private:
  void require_open() const;
  void add(engine::point& p, std::shared_ptr<future_state> task);
  void task_done(engine::point& p, const future_state& task);
  void abort(engine::point& p);

  task_state& parent_;
  std::vector<std::shared_ptr<future_state>> tasks_;
  std::vector<std::exception_ptr> errors_;
  std::shared_ptr<future_of<void>> all_done_;
  bool leaving_ = false;
  bool aborting_ = false;
  bool cancelled_parent_ = false;
};

// `async with asyncio.TaskGroup() as group: body`.
template <class Body>
void with_task_group(Body body, source_location where = source_location::current()) {
  task_group group;
  group.leave(detail::thrown_by([&] { body(group); }), where);
}

}  // namespace norn::asyncio
