#include <norn/model/asyncio/task_group.hpp>

#include <algorithm>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind leave_kind{.name = "wait for the group", .reach = engine::reach::unknown};

}  // namespace

void task_group::require_open() const {
  if (leaving_ && tasks_.empty()) throw runtime_error("TaskGroup is finished");
  if (aborting_) throw runtime_error("TaskGroup is shutting down");
}

void task_group::add(point& p, std::shared_ptr<future_state> task) {
  task->when_done(p, [this, &of = *task](point& then) {
    task_done(then, of);
    return no_thread;
  });
  tasks_.push_back(std::move(task));
}

void task_group::abort(point& p) {
  aborting_ = true;
  for (const auto& each : tasks_) {
    if (!each->done()) each->cancel(p, {});
  }
}

void task_group::task_done(point& p, const future_state& task) {
  const std::exception_ptr error = task.error();
  std::erase_if(tasks_, [&](const auto& each) { return each.get() == &task; });
  if (all_done_ != nullptr && tasks_.empty() && !all_done_->done()) all_done_->succeed(p);
  if (!error) return;
  errors_.push_back(error);
  if (aborting_ || cancelled_parent_) return;
  abort(p);
  cancelled_parent_ = true;
  parent_.cancel(p, {});
}

void task_group::leave(std::exception_ptr thrown, source_location where) {
  leaving_ = true;
  std::exception_ptr cancelled = is_cancellation(thrown) ? thrown : nullptr;
  if (cancelled_parent_ && parent_.uncancel() == 0) cancelled = nullptr;
  {
    step s{leave_kind, parent_.as_future().loop().state(), where};
    if (thrown && !aborting_) abort(s.now());
    while (!tasks_.empty()) {
      if (all_done_ == nullptr) all_done_ = std::make_shared<future_of<void>>(s.loop());
      const std::exception_ptr interrupted = s.wait(*all_done_);
      all_done_ = nullptr;
      if (interrupted && !aborting_) {
        cancelled = interrupted;
        abort(s.now());
      }
    }
  }
  if (cancelled && errors_.empty()) std::rethrow_exception(cancelled);
  if (thrown && !is_cancellation(thrown)) errors_.push_back(thrown);
  if (!errors_.empty()) throw exception_group(std::move(errors_));
}

}  // namespace norn::asyncio
