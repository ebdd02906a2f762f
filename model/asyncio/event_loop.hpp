// Event loop, with the semantics of asyncio (CPython 3.12, Lib/asyncio/base_events.py): callbacks and the steps of
// tasks run one after the other in the order in which they became ready; timers and what other threads hand in come in
// between, at any moment.
//
// Tasks are threads of the model that take turns (task.hpp). Whoever runs the loop, a task or the loop's own thread,
// has the *turn*; its last step before it waits finds out who is next and gives the turn away. So what a loop does
// by itself comes in one order, and the search splits only where another thread hands something in, or a timer fires.
//
// Invariants. The word of `turn_` is the thread that has it, plus one; only that thread changes it, so the guard that
// waits for it is not revocable. The word of `ready_` is how often other threads have handed something in; it only
// grows. What happens within the loop writes `state_`, so that a thread which uses objects of the loop without being
// allowed to is seen by the search.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/model/asyncio/context.hpp>
#include <norn/model/asyncio/timers.hpp>
#include <norn/model/time/clock.hpp>
#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/trace/operation.hpp>
#include <norn/scheduler/trace/timing.hpp>

namespace norn::asyncio {

struct loop_options {
  loop_time steps_take = loop_time::asynchronous;
  unsigned threads = 32;  // of `to_thread`, at most
};

// What the loop is to run.
struct handle {
  // As part of the step of whoever has the turn. Returns whose turn it is then; no_thread: the loop goes on.
  using action = std::function<engine::thread_id(engine::point&)>;
  action run;
  bool cancelled = false;
};

class future_state;
class thread_pool;

class event_loop {
 public:
  // Of the running thread, which runs it. Throws value_error where there are to be no threads.
  static std::shared_ptr<event_loop> make(const loop_options& options);
  // Of the running thread, be it the loop's own or one of its tasks. Throws runtime_error where there is none.
  static event_loop& current();

  // Runs `f` in its turn, on the loop's own thread, in a copy of the running context. To be called from the loop:
  // elsewhere the loop is not woken, as in Python. A scheduling point, as the others. Throws runtime_error on a closed
  // loop.
  std::shared_ptr<handle> call_soon(std::function<void()> f,
                                    source_location where = source_location::current());
  // The same from any thread.
  std::shared_ptr<handle> call_soon_threadsafe(std::function<void()> f,
                                               source_location where = source_location::current());
  std::shared_ptr<handle> call_later(std::chrono::nanoseconds delay, std::function<void()> f,
                                     source_location where = source_location::current());
  void cancel(const std::shared_ptr<handle>& h, source_location where = source_location::current());

  // The virtual clock. A scheduling point.
  std::chrono::nanoseconds time(source_location where = source_location::current()) const;

  bool is_closed() const { return closed_; }
  const loop_options& options() const { return options_; }

  // --- for the models of what loops have; each as part of the point's event ---

  const engine::object& state() const { return state_; }
  engine::thread_id thread() const { return thread_; }  // that runs it
  // Every operation on what belongs to the loop is one of these.
  void touch(engine::point& p) const { p.write(state_); }

  std::shared_ptr<handle> schedule(engine::point& p, handle::action run);
  // Handed in by another thread.
  std::shared_ptr<handle> hand_in(engine::point& p, handle::action run);
  std::shared_ptr<handle> schedule_later(engine::point& p, std::chrono::nanoseconds delay,
                                         handle::action run);
  // The timer is not run. Part of the event of whoever has the turn.
  void forget(handle& timer);

  // What an action returns that is to run `f` on the loop's own thread.
  engine::thread_id run_by_loop(std::function<void()> f, std::shared_ptr<context> in);

  // The last thing that an event does whose thread is not to go on before others have had their turn.
  void pass_on(engine::point& p);
  // The guard of a step that waits until the running thread has the turn, and what that step does first.
  engine::guard own_turn() const;
  void take_turn(engine::point& p) const;

  // On the loop's own thread: runs what is ready until it is stopped. `first`: is done in its first step.
  void run_forever(const std::function<void(engine::point&)>& first, source_location where);
  void stop() { stopping_ = true; }
  void close(source_location where);

  std::shared_ptr<thread_pool>& pool() { return pool_; }
  // The tasks of the loop, in the order of their creation.
  void add_task(std::weak_ptr<future_state> task) { tasks_.push_back(std::move(task)); }
  const std::vector<std::weak_ptr<future_state>>& tasks() const { return tasks_; }

 private:
  explicit event_loop(const loop_options& options);

  engine::thread_id next_turn(engine::point& p);
  void look_at_ready(engine::point& p);
  void await_own_turn(source_location where) const;
  void poll(source_location where);
  engine::timing next_timer() const;
  [[noreturn]] static void refuse_timers();
  void take_due(engine::point& p);

  loop_options options_;
  engine::thread_id thread_;
  engine::memory_object ready_{"event loop", "ready"};
  engine::memory_object state_{"event loop"};
  engine::memory_object turn_{"event loop", "turn"};
  std::deque<std::shared_ptr<handle>> queue_;
  std::size_t known_ = 0;   // of the queue, as many as whoever has the turn has seen
  std::size_t left_ = 0;    // of these, as many as this turn of the loop runs
  std::uint64_t seen_ = 0;  // what had been handed in when the queue was found empty
  loop_time steps_take_;
  timers timers_;
  std::function<void()> by_loop_;
  std::shared_ptr<context> by_loop_in_;
  std::vector<std::weak_ptr<future_state>> tasks_;
  std::shared_ptr<thread_pool> pool_;
  bool stopping_ = false;
  bool closed_ = false;
};

}  // namespace norn::asyncio
