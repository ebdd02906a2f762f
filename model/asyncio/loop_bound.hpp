// Loop-bound: what the locks of asyncio have in common. One belongs to the first loop in which somebody had to wait for
// it, and none of them is safe to use from another thread.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/event_loop.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/running.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::asyncio {

class loop_bound {
 public:
  loop_bound(const char* type, std::string_view label) : type_(type), object_(type, label) {}

  const engine::object& object() const { return object_; }
  // Of each operation. From a thread that runs no loop, it is about the lock alone, and about the loop of whom it wakes.
  void touch(engine::point& p) const {
    p.write(object_);
    if (const event_loop* const here = running::of_this_thread().loop) here->touch(p);
  }
  // The running loop. Throws runtime_error where the lock belongs to another one.
  event_loop& bind() {
    event_loop& here = event_loop::current();
    if (loop_ == nullptr) loop_ = &here;
    if (loop_ != &here) {
      throw runtime_error("asyncio." + std::string(type_) + " is bound to a different event loop");
    }
    return here;
  }

 private:
  const char* type_;
  event_loop* loop_ = nullptr;
  engine::memory_object object_;
};

// Who waits, each with a future of its own, in the order in which they came.
class waiters {
 public:
  using waiter = std::shared_ptr<future_of<void>>;

  waiter add(event_loop& loop) {
    return all_.emplace_back(std::make_shared<future_of<void>>(loop));
  }
  void remove(const waiter& w) { std::erase(all_, w); }
  bool contains(const waiter& w) const {
    return std::find(all_.begin(), all_.end(), w) != all_.end();
  }
  bool empty() const { return all_.empty(); }
  bool all_cancelled() const {
    return std::all_of(all_.begin(), all_.end(), [](const waiter& w) { return w->cancelled(); });
  }
  const waiter& first() const { return all_.front(); }
  waiter take_first() {
    waiter w = std::move(all_.front());
    all_.pop_front();
    return w;
  }
  // The first that has not been woken; null if there is none.
  waiter first_pending() const {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [](const waiter& w) { return !w->done(); });
    return found == all_.end() ? nullptr : *found;
  }
  const std::deque<waiter>& all() const { return all_; }

  static void wake(engine::point& p, future_of<void>& w) {
    w.loop().touch(p);
    w.succeed(p);
  }

 private:
  std::deque<waiter> all_;
};

}  // namespace norn::asyncio
