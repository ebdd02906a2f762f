// Future: what will be known later, as asyncio.Future. Belongs to one event loop and is not safe to use from another
// thread: there it does what it does in Python, which the search finds out.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/event_loop.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::asyncio {

// A future but for the type of its result. Each change is part of the point's event, on the loop's state.
class future_state : public std::enable_shared_from_this<future_state> {
 public:
  explicit future_state(event_loop& loop) : loop_(&loop) {}
  virtual ~future_state() = default;
  future_state(const future_state&) = delete;
  future_state& operator=(const future_state&) = delete;

  event_loop& loop() const { return *loop_; }
  // What a reader calls it: that of a task.
  virtual std::string name() const { return "future"; }
  // The arguments of an operation on it.
  void narrate(engine::point& p) const {
    p.describe([&](engine::narration& n) { n.arguments = "(" + name() + ")"; });
  }
  bool done() const { return how_ != state::pending; }
  bool cancelled() const { return how_ == state::cancelled; }
  // What it failed with; null where it has not.
  std::exception_ptr error() const { return error_; }
  // What there is instead of a result: `error`, or that it has been cancelled.
  std::exception_ptr failure() const;
  // `failure`, thrown; InvalidStateError while it is not done.
  void throw_failure() const;

  // Throw invalid_state_error where it is done. `succeed`: the result has been put down.
  void succeed(engine::point& p) { finish(p, state::finished); }
  void fail(engine::point& p, std::exception_ptr error);
  // False where it is done already.
  virtual bool cancel(engine::point& p, const std::string& message);

  // Called in its turn once the future is done. Returns its number.
  std::size_t when_done(engine::point& p, handle::action then);
  void forget(std::size_t callback);

 protected:
  bool become_cancelled(engine::point& p, const std::string& message);

 private:
  enum class state { pending, finished, cancelled };
  struct callback {
    std::size_t number;
    handle::action then;
  };

  void finish(engine::point& p, state how);

  event_loop* loop_;
  state how_ = state::pending;
  std::exception_ptr error_;
  std::string message_;  // of its cancellation
  std::vector<callback> callbacks_;
  std::size_t numbered_ = 0;
};

template <class T>
struct future_of : future_state {
  using future_state::future_state;
  std::optional<T> result;
};
template <>
struct future_of<void> : future_state {
  using future_state::future_state;
};

namespace detail {

void await(future_state& f, source_location where);

inline constexpr engine::operation_kind look_kind{"look"};
inline constexpr engine::operation_kind set_kind{.name = "set", .reach = engine::reach::unknown};
inline constexpr engine::operation_kind cancel_kind{.name = "cancel",
                                                    .reach = engine::reach::unknown};

}  // namespace detail

// A handle; copies are the same future. Operations are scheduling points.
template <class T>
class future {
 public:
  // Of the running loop (loop.create_future()).
  future() : future(std::make_shared<future_of<T>>(event_loop::current())) {}
  explicit future(std::shared_ptr<future_of<T>> state) : state_(std::move(state)) {}

  // Waits in the running task until it is done. Returns its result, or throws what it failed with: cancelled_error
  // where it was cancelled, or where the task is. Throws runtime_error outside a task, and in one of another loop.
  T await(source_location where = source_location::current()) const {
    detail::await(*state_, where);
    return take();
  }

  // Throws invalid_state_error while it is not done.
  T result(source_location where = source_location::current()) const {
    look(where);
    return take();
  }
  bool done(source_location where = source_location::current()) const {
    look(where);
    return state_->done();
  }
  bool cancelled(source_location where = source_location::current()) const {
    look(where);
    return state_->cancelled();
  }
  // What it failed with; null where it did not.
  std::exception_ptr exception(source_location where = source_location::current()) const {
    look(where);
    if (!state_->done() || state_->cancelled()) state_->throw_failure();
    return state_->error();
  }

  // Throw invalid_state_error where it is done.
  template <class Value = T>
    requires(!std::is_void_v<Value>)
  void set_result(Value value, source_location where = source_location::current()) const {
    engine::point p{detail::set_kind, loop().state(), where};
    loop().touch(p);
    state_->narrate(p);
    if (!state_->done()) state_->result.emplace(std::move(value));
    state_->succeed(p);
  }
  void set_result(source_location where = source_location::current()) const
      requires(std::is_void_v<T>) {
    engine::point p{detail::set_kind, loop().state(), where};
    loop().touch(p);
    state_->narrate(p);
    state_->succeed(p);
  }
  void set_exception(std::exception_ptr error,
                     source_location where = source_location::current()) const {
    engine::point p{detail::set_kind, loop().state(), where};
    loop().touch(p);
    state_->narrate(p);
    state_->fail(p, std::move(error));
  }

  // Cancels it, and of a task, asks it to end: cancelled_error is thrown where it waits. False where it is done.
  bool cancel(source_location where = source_location::current()) const {
    return cancel({}, where);
  }
  bool cancel(const std::string& message,
              source_location where = source_location::current()) const {
    engine::point p{detail::cancel_kind, loop().state(), where};
    loop().touch(p);
    state_->narrate(p);
    return state_->cancel(p, message);
  }

  // Calls `f` in its turn on the loop's thread, once it is done.
  void add_done_callback(std::function<void()> f,
                         source_location where = source_location::current()) const {
    engine::point p{detail::set_kind, loop().state(), where};
    loop().touch(p);
    state_->narrate(p);
    state_->when_done(
        p, [&l = loop(), f = std::move(f), in = std::make_shared<context>(context::current())](
               engine::point&) { return l.run_by_loop(f, in); });
  }

  const std::shared_ptr<future_of<T>>& state() const { return state_; }
  event_loop& loop() const { return state_->loop(); }

 protected:
  std::shared_ptr<future_of<T>> state_;

 private:
  void look(source_location where) const {
    engine::point p{detail::look_kind, loop().state(), where};
    p.read(loop().state());
    state_->narrate(p);
  }
  T take() const {
    state_->throw_failure();
    if constexpr (!std::is_void_v<T>) return *state_->result;
  }
};

}  // namespace norn::asyncio
