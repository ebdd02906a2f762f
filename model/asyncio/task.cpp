#include <norn/model/asyncio/task.hpp>

#include <string>
#include <utility>

#include <norn/model/asyncio/running.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind await_kind{.name = "await", .reach = engine::reach::unknown};
constexpr operation_kind begin_kind{"begin"};
constexpr operation_kind resume_kind{"resume"};
constexpr operation_kind end_kind{.name = "end", .reach = engine::reach::unknown};
constexpr operation_kind sleep_kind{.name = "sleep", .reach = engine::reach::unknown};

}  // namespace

task_state& task_state::current(const char* what) {
  task_state* const t = running::of_this_thread().task;
  if (t == nullptr) {
    throw runtime_error(std::string(what) + " outside a task: no running event loop");
  }
  return *t;
}

void task_state::start(point& p, std::string_view name, std::function<void()> body) {
  in_ = context::current();
  name_ = name;
  future_.narrate(p);
  schedule_step(p, nullptr);
  future_.loop().add_task(future_.weak_from_this());
  thread_ = spawn(
      name, -1, [this, body = std::move(body)] { run(body); }, thread_role::daemon);
  set_carrier(thread_, future_.loop().thread());
}

void task_state::run(const std::function<void()>& body) {
  event_loop& loop = future_.loop();
  running& here = running::of_this_thread();
  here = {&loop, this, &in_, {}};
  std::exception_ptr error;
  bool cancelled = false;
  try {
    point begin{begin_kind, loop.state(), {}, loop.own_turn()};
    loop.take_turn(begin);
    begun_ = true;
    if (const std::exception_ptr thrown = take_thrown()) std::rethrow_exception(thrown);
    body();
  } catch (const cancelled_error& e) {
    cancelled = true;
    message_ = e.message();
  } catch (...) {
    if (unwinding()) throw;
    error = std::current_exception();
  }
  point p{end_kind, loop.state(), {}};
  loop.touch(p);
  if (cancelled) {
    future_.future_state::cancel(p, message_);
  } else if (error) {
    future_.fail(p, error);
  } else if (std::exchange(must_cancel_, false)) {
    future_.future_state::cancel(p, message_);
  } else {
    succeed_(p);
  }
  loop.pass_on(p);
}

// --- steps ---

void task_state::schedule_step(point& p, std::exception_ptr throws) {
  future_.loop().schedule(p, [this, throws = std::move(throws)](point&) { return step(throws); });
}

// Its turn has come. What it throws then is known now.
thread_id task_state::step(std::exception_ptr throws) {
  if (std::exchange(must_cancel_, false) && !is_cancellation(throws)) {
    throws = std::make_exception_ptr(cancelled_error(message_));
  }
  waits_for_ = nullptr;
  throws_ = std::move(throws);
  return thread_;
}

void task_state::wait_for_turn(point& p) {
  schedule_step(p, nullptr);
  future_.loop().pass_on(p);
}

void task_state::wait_for(point& p, future_state& f) {
  if (&f.loop() != &future_.loop()) {
    schedule_step(
        p, std::make_exception_ptr(runtime_error("Task got Future attached to a different loop")));
  } else if (&f == &future_) {
    schedule_step(p, std::make_exception_ptr(runtime_error("Task cannot await on itself")));
  } else {
    waits_for_ = &f;
    f.when_done(p, [this, &f](point&) { return step(f.failure()); });
    if (must_cancel_ && f.cancel(p, message_)) must_cancel_ = false;
  }
  future_.loop().pass_on(p);
}

bool task_state::cancel(point& p, const std::string& message) {
  if (future_.done()) return false;
  ++requested_;
  message_ = message;
  if (is_being_cancelled_) throw recursion_error();
  if (waits_for_ != nullptr) {
    is_being_cancelled_ = true;
    const bool ends_wait = waits_for_->cancel(p, message);
    is_being_cancelled_ = false;
    if (ends_wait) return true;
  }
  must_cancel_ = true;
  return true;
}

// --- what a task does that may wait ---

step::step(const operation_kind& kind, const object& on, source_location where)
    : task_(task_state::current(kind.name)),
      on_(on),
      where_(where),
      now_(std::in_place, kind, on, where) {
  loop().touch(*now_);
}

std::exception_ptr step::wait(future_state& f) {
  if (f.done()) return f.failure();
  task_.wait_for(*now_, f);
  return resume();
}

std::exception_ptr step::wait_for_turn() {
  task_.wait_for_turn(*now_);
  return resume();
}

std::exception_ptr step::resume() {
  now_->describe([](narration& n) { n.result = "waits"; });
  now_.emplace(resume_kind, on_, where_, loop().own_turn());
  loop().take_turn(*now_);
  return task_.take_thrown();
}

void detail::await(future_state& f, source_location where) {
  step s{await_kind, f.loop().state(), where};
  f.narrate(s.now());
  if (const std::exception_ptr thrown = s.wait(f)) std::rethrow_exception(thrown);
}

void sleep(std::chrono::nanoseconds delay, source_location where) {
  event_loop& loop = task_state::current("sleep").as_future().loop();
  step s{sleep_kind, loop.state(), where};
  s.now().describe([&](narration& n) { n.arguments = "(" + shown(delay) + ")"; });
  std::exception_ptr thrown;
  if (delay <= std::chrono::nanoseconds::zero()) {
    thrown = s.wait_for_turn();
  } else {
    const auto over = std::make_shared<future_of<void>>(loop);
    const auto timer = loop.schedule_later(s.now(), delay, [over](point& p) {
      if (!over->done()) over->succeed(p);
      return no_thread;
    });
    thrown = s.wait(*over);
    loop.forget(*timer);
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace norn::asyncio
