#include <norn/model/asyncio/event_loop.hpp>

#include <string>
#include <utility>
#include <vector>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/running.hpp>
#include <norn/scheduler/run/failure.hpp>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind call_soon_kind{"call_soon"};
constexpr operation_kind call_later_kind{"call_later"};
constexpr operation_kind hand_in_kind{"call_soon_threadsafe"};
constexpr operation_kind close_kind{"close"};
constexpr operation_kind cancel_kind{"cancel"};
// Whether it looks at what is ready depends on what was.
constexpr operation_kind run_kind{.name = "run", .reach = engine::reach::unknown};
constexpr operation_kind poll_kind{.name = "poll", .reach = engine::reach::unknown};
constexpr operation_kind return_kind{.name = "return", .reach = engine::reach::unknown};
constexpr operation_kind turn_kind{.name = "turn"};

std::uint64_t held_by(thread_id t) { return index_of(t) + 1; }

bool is_mine(std::uint64_t turn, std::uint64_t me) { return turn == me; }
bool has_grown(std::uint64_t handed_in, std::uint64_t seen) { return handed_in > seen; }

handle::action as_action(event_loop& loop, std::function<void()> f) {
  return [&loop, f = std::move(f), in = std::make_shared<context>(context::current())](point&) {
    return loop.run_by_loop(f, in);
  };
}

}  // namespace

event_loop::event_loop(const loop_options& options)
    : options_(options),
      thread_(this_thread_id()),
      steps_take_(is_timed() ? loop_time::prompt : options.steps_take),
      timers_(steps_take_) {}

std::shared_ptr<event_loop> event_loop::make(const loop_options& options) {
  if (options.threads == 0) throw value_error("max_workers must be greater than 0");
  std::shared_ptr<event_loop> loop(new event_loop(options));
  keep_until_the_end(loop);
  return loop;
}

event_loop& event_loop::current() {
  event_loop* const loop = running::of_this_thread().loop;
  if (loop == nullptr) throw runtime_error("no running event loop");
  return *loop;
}

// --- what is ready ---

std::shared_ptr<handle> event_loop::schedule(point& p, handle::action run) {
  if (closed_) throw runtime_error("Event loop is closed");
  p.write(ready_);
  p.acquire(ready_);
  queue_.push_back(std::make_shared<handle>(handle{std::move(run)}));
  known_ = queue_.size();
  return queue_.back();
}

std::shared_ptr<handle> event_loop::hand_in(point& p, handle::action run) {
  p.write(ready_);
  p.set_word(ready_, p.word(ready_) + 1);
  p.release_join(ready_);
  return queue_.emplace_back(std::make_shared<handle>(handle{std::move(run)}));
}

std::shared_ptr<handle> event_loop::schedule_later(point& p, std::chrono::nanoseconds delay,
                                                   handle::action run) {
  if (closed_) throw runtime_error("Event loop is closed");
  auto later = std::make_shared<handle>(handle{std::move(run)});
  timers_.add({later, delay, virtual_clock::of_execution().after(p, delay)});
  return later;
}

void event_loop::forget(handle& timer) {
  timer.cancelled = true;
  timers_.remove(timer);
}

thread_id event_loop::run_by_loop(std::function<void()> f, std::shared_ptr<context> in) {
  by_loop_ = std::move(f);
  by_loop_in_ = std::move(in);
  return thread_;
}

// --- turns ---

// What is handed in comes behind what is known to be ready, so it is looked at once that has been run.
thread_id event_loop::next_turn(point& p) {
  for (;;) {
    if (left_ == 0) {
      if (stopping_ || !timers_.empty()) return thread_;
      if (known_ == 0) look_at_ready(p);
      if (known_ == 0) return thread_;
      left_ = known_;
    }
    --left_;
    --known_;
    const std::shared_ptr<handle> next = std::move(queue_.front());
    queue_.pop_front();
    if (next->cancelled) continue;
    const thread_id turn = next->run(p);
    if (turn != no_thread) return turn;
  }
}

void event_loop::look_at_ready(point& p) {
  p.read(ready_);
  p.acquire(ready_);
  known_ = queue_.size();
  seen_ = p.word(ready_);
}

void event_loop::pass_on(point& p) {
  touch(p);
  const thread_id next = next_turn(p);
  p.write(turn_);
  p.set_word(turn_, held_by(next));
  p.release_join(turn_);
  p.describe([&](narration& n) { n.lets_go(turn_); });
}

guard event_loop::own_turn() const {
  return {turn_.slot(), is_mine, held_by(this_thread_id()), /*revocable=*/false};
}

void event_loop::take_turn(point& p) const {
  p.read(turn_);
  p.acquire(turn_);
  p.describe([&](narration& n) { n.occupies(turn_); });
  touch(p);
}

void event_loop::run_forever(const std::function<void(point&)>& first, source_location where) {
  running& here = running::of_this_thread();
  here.loop = this;
  {
    point p{run_kind, state_, where};
    first(p);
    pass_on(p);
  }
  await_own_turn(where);
  while (!stopping_ || left_ != 0 || by_loop_) {
    if (by_loop_) {
      const std::shared_ptr<context> in = std::move(by_loop_in_);
      here.in = in.get();
      std::exchange(by_loop_, nullptr)();
      here.in = nullptr;
      {
        point p{return_kind, state_, where};
        pass_on(p);
      }
      await_own_turn(where);
    } else {
      poll(where);
    }
  }
  here.loop = nullptr;
  stopping_ = false;
}

void event_loop::await_own_turn(source_location where) const {
  if (word_of(turn_) == held_by(thread_)) return;
  point p{turn_kind, state_, where, own_turn()};
  take_turn(p);
}

// A turn of the loop begins: it waits for what is handed in, unless a timer may be due. Requires: `next_turn` found
// nothing ready, or timers.
void event_loop::poll(source_location where) {
  if (timers_.empty()) {
    point p{poll_kind, ready_, where, guard{ready_.slot(), has_grown, seen_, /*revocable=*/false}};
    look_at_ready(p);
    left_ = known_;
    pass_on(p);
  } else {
    {
      const timing when = next_timer();
      point p{poll_kind, ready_, where, when};
      take_due(p);
      left_ = known_;
    }
    point p{run_kind, state_, where};
    pass_on(p);
  }
  await_own_turn(where);
}

// In timed mode: at once where something is ready; otherwise when something is handed in, or at the first deadline.
timing event_loop::next_timer() const {
  if (known_ > 0) return {};
  const std::int64_t first = timers_.first_deadline().count();
  return {.by = timing::rule::deadline,
          .since = 0,
          .earliest = first,
          .latest = first,
          .sooner = guard{ready_.slot(), has_grown, seen_, /*revocable=*/false}};
}

void event_loop::refuse_timers() {
  halt_as_misuse(
      "the timers of an event loop may come due in more than " + std::to_string(timers::most_ways) +
      " ways, since its steps may take any time\n"
      "  give the loop steps that take none (loop_time::prompt), or set fewer timers at once");
}

void event_loop::take_due(point& p) {
  virtual_clock& clock = virtual_clock::of_execution();
  const bool reads_clock = steps_take_ == loop_time::prompt;
  const std::vector<timers::due> ways = timers_.may_be_due(
      reads_clock ? clock.read(p) : std::chrono::nanoseconds::zero(), queue_.empty());
  if (ways.size() > timers::most_ways) refuse_timers();
  const timers::due& due =
      ways.size() == 1 ? ways.front() : ways[p.choose(static_cast<std::uint32_t>(ways.size()))];
  p.write(ready_);
  touch(p);
  clock.touch(p);
  for (timers::timer& t : timers_.take(due)) {
    clock.advance_to(p, t.deadline);
    queue_.push_back(std::move(t.what));
  }
  p.acquire(ready_);
  known_ = queue_.size();
  seen_ = p.word(ready_);
  p.describe([&](narration& n) {
    n.result = due.empty() ? "no timer is due"
                           : std::to_string(due.size()) +
                                 (due.size() == 1 ? " timer is due" : " timers are due");
  });
}

void event_loop::close(source_location where) {
  point p{close_kind, state_, where};
  touch(p);
  p.write(ready_);
  closed_ = true;
  queue_.clear();
  timers_.clear();
}

// --- what programs call ---

std::shared_ptr<handle> event_loop::call_soon(std::function<void()> f, source_location where) {
  point p{call_soon_kind, state_, where};
  touch(p);
  return schedule(p, as_action(*this, std::move(f)));
}

std::shared_ptr<handle> event_loop::call_soon_threadsafe(std::function<void()> f,
                                                         source_location where) {
  point p{hand_in_kind, ready_, where};
  p.write(ready_);
  if (closed_) throw runtime_error("Event loop is closed");
  return hand_in(p, as_action(*this, std::move(f)));
}

std::shared_ptr<handle> event_loop::call_later(std::chrono::nanoseconds delay,
                                               std::function<void()> f, source_location where) {
  point p{call_later_kind, state_, where};
  touch(p);
  return schedule_later(p, delay, as_action(*this, std::move(f)));
}

void event_loop::cancel(const std::shared_ptr<handle>& h, source_location where) {
  point p{cancel_kind, state_, where};
  touch(p);
  forget(*h);
}

std::chrono::nanoseconds event_loop::time(source_location where) const {
  return virtual_clock::of_execution().now(where);
}

}  // namespace norn::asyncio
