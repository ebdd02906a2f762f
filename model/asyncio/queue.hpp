// Queue, as asyncio.Queue: first in, first out.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <string_view>
#include <utility>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/loop_bound.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

namespace detail {

inline constexpr engine::operation_kind put_kind{.name = "put", .reach = engine::reach::unknown};
inline constexpr engine::operation_kind get_kind{.name = "get", .reach = engine::reach::unknown};
inline constexpr engine::operation_kind queue_done_kind{.name = "task_done",
                                                        .reach = engine::reach::unknown};
inline constexpr engine::operation_kind join_kind{.name = "join", .reach = engine::reach::unknown};
inline constexpr engine::operation_kind size_kind{"qsize"};

}  // namespace detail

template <class T>
class queue {
 public:
  // `room`: how many items it has room for; 0: any number.
  explicit queue(std::size_t room = 0, std::string_view label = {})
      : bound_("Queue", label), room_(room) {}

  // Wait for room, and for an item. Scheduling points, as the others.
  void put(T item, source_location where = source_location::current()) {
    step s{detail::put_kind, bound_.object(), where};
    bound_.touch(s.now());
    while (is_full()) wait(s, putters_, [&] { return is_full(); });
    add(s.now(), std::move(item));
  }
  T get(source_location where = source_location::current()) {
    step s{detail::get_kind, bound_.object(), where};
    bound_.touch(s.now());
    while (items_.empty()) wait(s, getters_, [&] { return items_.empty(); });
    return take(s.now());
  }

  // Throw queue_full and queue_empty instead.
  void put_nowait(T item, source_location where = source_location::current()) {
    engine::point p{detail::put_kind, bound_.object(), where};
    bound_.touch(p);
    if (is_full()) throw queue_full();
    add(p, std::move(item));
  }
  T get_nowait(source_location where = source_location::current()) {
    engine::point p{detail::get_kind, bound_.object(), where};
    bound_.touch(p);
    if (items_.empty()) throw queue_empty();
    return take(p);
  }

  // An item has been dealt with. Throws value_error where all have been.
  void task_done(source_location where = source_location::current()) {
    engine::point p{detail::queue_done_kind, bound_.object(), where};
    bound_.touch(p);
    if (unfinished_ == 0) throw value_error("task_done() called too many times");
    if (--unfinished_ > 0) return;
    for (const waiters::waiter& each : joiners_.all()) {
      if (!each->done()) waiters::wake(p, *each);
    }
  }
  // Waits until all items have been dealt with.
  void join(source_location where = source_location::current()) {
    step s{detail::join_kind, bound_.object(), where};
    bound_.touch(s.now());
    if (unfinished_ == 0) return;
    const waiters::waiter mine = joiners_.add(bound_.bind());
    const std::exception_ptr thrown = s.wait(*mine);
    bound_.touch(s.now());
    joiners_.remove(mine);
    if (thrown) std::rethrow_exception(thrown);
  }

  std::size_t qsize(source_location where = source_location::current()) const {
    engine::point p{detail::size_kind, bound_.object(), where};
    p.read(bound_.object());
    return items_.size();
  }
  bool empty(source_location where = source_location::current()) const { return qsize(where) == 0; }
  bool full(source_location where = source_location::current()) const {
    return room_ != 0 && qsize(where) >= room_;
  }

 private:
  bool is_full() const { return room_ != 0 && items_.size() >= room_; }

  template <class Blocked>
  void wait(step& s, waiters& line, Blocked is_blocked) {
    const waiters::waiter mine = line.add(bound_.bind());
    const std::exception_ptr thrown = s.wait(*mine);
    bound_.touch(s.now());
    if (!thrown) return;
    line.remove(mine);
    // It had been woken already: the next one is.
    if (!is_blocked() && !mine->cancelled()) wake_next(s.now(), line);
    std::rethrow_exception(thrown);
  }

  void add(engine::point& p, T item) {
    items_.push_back(std::move(item));
    ++unfinished_;
    wake_next(p, getters_);
  }
  T take(engine::point& p) {
    T item = std::move(items_.front());
    items_.pop_front();
    wake_next(p, putters_);
    return item;
  }
  static void wake_next(engine::point& p, waiters& line) {
    while (!line.empty()) {
      const waiters::waiter next = line.take_first();
      if (next->done()) continue;
      waiters::wake(p, *next);
      return;
    }
  }

  loop_bound bound_;
  std::size_t room_;
  std::deque<T> items_;
  std::size_t unfinished_ = 0;
  waiters putters_;
  waiters getters_;
  waiters joiners_;
};

}  // namespace norn::asyncio
