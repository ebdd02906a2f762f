// Task: what a loop runs beside others, as asyncio.Task. A coroutine is a function here, and a task the thread of the
// model that runs it: it goes on without others in between until it waits for something that is not there yet.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <norn/model/asyncio/context.hpp>
#include <norn/model/asyncio/event_loop.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::asyncio {

// What a task is beside a future. Kept by its thread until it has ended: what refers to it is gone by then.
class task_state {
 public:
  // The running one. `what`: the call that needs it. Throws runtime_error outside a task.
  static task_state& current(const char* what);

  task_state(future_state& as_future, std::function<void(engine::point&)> succeed)
      : future_(as_future), succeed_(std::move(succeed)) {}

  // Makes its thread, and its first step ready. As part of the point's event.
  void start(engine::point& p, std::string_view name, std::function<void()> body);

  bool cancel(engine::point& p, const std::string& message);
  // Whether what it waits for is not there yet: then a cancellation ends the wait, and otherwise it takes the wait's place.
  bool waits() const { return waits_for_ != nullptr && !waits_for_->done(); }
  bool has_begun() const { return begun_; }
  unsigned cancelling() const { return requested_; }
  unsigned uncancel() { return requested_ == 0 ? 0 : --requested_; }

  // The last thing of the event of a task that waits: for the future, or for nothing but its turn.
  void wait_for(engine::point& p, future_state& f);
  void wait_for_turn(engine::point& p);
  // What it is to throw instead of going on, once its turn has come; null if nothing.
  std::exception_ptr take_thrown() { return std::exchange(throws_, nullptr); }

  future_state& as_future() const { return future_; }
  const std::string& name() const { return name_; }

 private:
  void run(const std::function<void()>& body);
  void schedule_step(engine::point& p, std::exception_ptr throws);
  engine::thread_id step(std::exception_ptr throws);

  future_state& future_;
  std::function<void(engine::point&)> succeed_;
  std::string name_;
  engine::thread_id thread_ = engine::no_thread;
  context in_;
  bool begun_ = false;
  bool must_cancel_ = false;
  bool is_being_cancelled_ = false;
  unsigned requested_ = 0;
  std::string message_;
  future_state* waits_for_ = nullptr;  // kept by the stack that waits
  std::exception_ptr throws_;          // what its next step begins with
};

template <class T>
class task_of : public future_of<T> {
 public:
  explicit task_of(event_loop& loop)
      : future_of<T>(loop), task_(*this, [this](engine::point& p) { this->succeed(p); }) {}
  std::string name() const override { return task_.name(); }
  bool cancel(engine::point& p, const std::string& message) override {
    return task_.cancel(p, message);
  }
  task_state& task() { return task_; }

 private:
  task_state task_;
};

template <class T>
class task : public future<T> {
 public:
  explicit task(std::shared_ptr<task_of<T>> state) : future<T>(state), task_(std::move(state)) {}

  // How many requests to cancel it are pending; takes one back. Scheduling points.
  unsigned cancelling(source_location where = source_location::current()) const {
    engine::point p{detail::look_kind, this->loop().state(), where};
    p.read(this->loop().state());
    return task_->task().cancelling();
  }
  const task_state& details() const { return task_->task(); }  // no scheduling point
  unsigned uncancel(source_location where = source_location::current()) const {
    engine::point p{detail::set_kind, this->loop().state(), where};
    this->loop().touch(p);
    return task_->task().uncancel();
  }

 private:
  std::shared_ptr<task_of<T>> task_;
};

// An operation in which the running task may wait: an event up to the wait, and another from there on.
class step {
 public:
  // A scheduling point, as are the waits. Throws runtime_error outside a task.
  step(const engine::operation_kind& kind, const engine::object& on, source_location where);

  engine::point& now() { return *now_; }
  event_loop& loop() const { return task_.as_future().loop(); }

  // Returns what the task is to throw, in the step in which it goes on: what the future failed with, or that the task
  // has been cancelled; null where it is to go on. Where the future is done it does so at once.
  std::exception_ptr wait(future_state& f);
  std::exception_ptr wait_for_turn();

 private:
  std::exception_ptr resume();

  task_state& task_;
  const engine::object& on_;
  source_location where_;
  std::optional<engine::point> now_;
};

namespace detail {

// What `f` throws; null if it returns.
template <class F>
std::exception_ptr thrown_by(const F& f) {
  try {
    f();
  } catch (...) {
    if (engine::unwinding()) throw;
    return std::current_exception();
  }
  return nullptr;
}

inline constexpr engine::operation_kind create_task_kind{"create_task"};

template <class F>
auto create_task(engine::point& p, event_loop& loop, std::string_view name, F f) {
  using result = std::invoke_result_t<F&>;
  auto state = std::make_shared<task_of<result>>(loop);
  state->task().start(p, name, [state, f = std::move(f)]() mutable {
    if constexpr (std::is_void_v<result>) {
      f();
    } else {
      state->result.emplace(f());
    }
  });
  return task<result>(std::move(state));
}

}  // namespace detail

// A task of the running loop that runs `f`; it begins in its turn. A scheduling point.
template <class F>
auto create_task(std::string_view name, F f, source_location where = source_location::current()) {
  event_loop& loop = event_loop::current();
  engine::point p{detail::create_task_kind, loop.state(), where};
  loop.touch(p);
  return detail::create_task(p, loop, name, std::move(f));
}

// Lets others have their turn, and with a delay waits so long in virtual time. A scheduling point.
void sleep(std::chrono::nanoseconds delay, source_location where = source_location::current());

}  // namespace norn::asyncio
