#include <norn/model/asyncio/timeout.hpp>

#include <cstddef>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind timeout_kind{.name = "timeout", .reach = engine::reach::unknown};
constexpr operation_kind reschedule_kind{.name = "reschedule", .reach = engine::reach::unknown};
constexpr operation_kind wait_for_kind{.name = "wait_for", .reach = engine::reach::unknown};

}  // namespace

timeout::timeout(std::optional<std::chrono::nanoseconds> delay, source_location where)
    : task_(task_state::current("timeout")),
      loop_(task_.as_future().loop()),
      cancelling_(task_.cancelling()) {
  point p{timeout_kind, loop_.state(), where};
  loop_.touch(p);
  set(p, delay);
}

void timeout::reschedule(std::optional<std::chrono::nanoseconds> delay, source_location where) {
  point p{reschedule_kind, loop_.state(), where};
  loop_.touch(p);
  if (fired_) throw runtime_error("Cannot change state of expiring Timeout");
  if (timer_ != nullptr) loop_.forget(*timer_);
  set(p, delay);
}

void timeout::set(point& p, std::optional<std::chrono::nanoseconds> delay) {
  timer_ = nullptr;
  if (!delay) return;
  p.describe([&](narration& n) { n.arguments = "(" + shown(*delay) + ")"; });
  const auto fire = [this](point& then) {
    task_.cancel(then, {});
    fired_ = true;
    timer_ = nullptr;
    return no_thread;
  };
  timer_ = *delay <= std::chrono::nanoseconds::zero() ? loop_.schedule(p, fire)
                                                      : loop_.schedule_later(p, *delay, fire);
}

std::exception_ptr timeout::leave(const std::exception_ptr& thrown) {
  if (timer_ != nullptr) loop_.forget(*timer_);
  const bool was_the_reason = fired_ && task_.uncancel() <= cancelling_;
  return was_the_reason && is_cancellation(thrown) ? std::make_exception_ptr(timeout_error())
                                                   : thrown;
}

namespace detail {

void cancel_and_wait(future_state& f, source_location where) {
  step s{wait_for_kind, f.loop().state(), where};
  const auto over = std::make_shared<future_of<void>>(f.loop());
  const std::size_t callback = f.when_done(s.now(), [over](point& p) {
    if (!over->done()) over->succeed(p);
    return no_thread;
  });
  f.cancel(s.now(), {});
  const std::exception_ptr thrown = s.wait(*over);
  f.forget(callback);
  if (thrown) std::rethrow_exception(thrown);
}

void wait_for_no_time(future_state& f, source_location where) {
  if (f.done()) return;
  cancel_and_wait(f, where);
  if (f.cancelled()) throw timeout_error();
}

void wait_for_3_11(future_state& f, std::chrono::nanoseconds delay, source_location where) {
  event_loop& loop = f.loop();
  const auto over = std::make_shared<future_of<void>>(loop);
  const auto release = [over](point& p) {
    if (!over->done()) over->succeed(p);
    return no_thread;
  };
  std::shared_ptr<handle> timer;
  std::size_t callback = 0;
  std::exception_ptr thrown;
  {
    step s{wait_for_kind, loop.state(), where};
    timer = loop.schedule_later(s.now(), delay, release);
    callback = f.when_done(s.now(), release);
    thrown = s.wait(*over);
  }
  loop.forget(*timer);
  if (f.done()) return;
  f.forget(callback);
  cancel_and_wait(f, where);
  if (thrown) std::rethrow_exception(thrown);
  if (f.cancelled()) throw timeout_error();
}

}  // namespace detail

}  // namespace norn::asyncio
