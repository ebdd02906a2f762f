#include <norn/model/asyncio/thread_pool.hpp>

#include <norn/model/asyncio/running.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind begin_kind{"begin"};
constexpr operation_kind end_kind{.name = "end", .reach = engine::reach::unknown};
constexpr operation_kind take_kind{"take"};
constexpr operation_kind cancel_kind{"cancel"};
constexpr operation_kind await_kind{"shut down"};

bool is_one(std::uint64_t word, std::uint64_t) { return word == 1; }
bool is_positive(std::uint64_t word, std::uint64_t) { return word > 0; }

}  // namespace

thread_pool& thread_pool::of(event_loop& loop) {
  std::shared_ptr<thread_pool>& pool = loop.pool();
  if (pool == nullptr) pool = std::make_shared<thread_pool>(loop);
  return *pool;
}

std::shared_ptr<thread_pool::job> thread_pool::submit(point& p, std::function<void()> work,
                                                      std::function<void(point&)> deliver) {
  auto j = std::make_shared<job>();
  j->work = std::move(work);
  j->deliver = std::move(deliver);
  j->in = context::current();
  all_.push_back(j);
  if (threads_ < loop_.options().threads) {
    spawn(
        "worker", static_cast<int>(threads_++), [this, j] { this->work(j); }, thread_role::daemon);
  } else {
    p.write(queue_);
    waiting_.push_back(j);
    p.set_word(queue_, waiting_.size());
    p.release_join(queue_);
  }
  return j;
}

void thread_pool::work(std::shared_ptr<job> first) {
  for (std::shared_ptr<job> now = std::move(first);;) {
    perform(*now);
    point p{take_kind, queue_, {}, guard{queue_.slot(), is_positive}};
    p.write(queue_);
    p.acquire(queue_);
    now = std::move(waiting_.front());
    waiting_.pop_front();
    p.set_word(queue_, waiting_.size());
  }
}

void thread_pool::perform(job& j) {
  {
    point p{begin_kind, j.state, {}};
    p.write(j.state);
    j.begun = true;
    if (j.cancelled) {
      p.set_word(j.state, 1);
      p.describe([](narration& n) { n.result = "cancelled"; });
      return;
    }
  }
  running& here = running::of_this_thread();
  here.in = &j.in;
  j.work();
  here.in = nullptr;
  point p{end_kind, j.state, {}};
  p.write(j.state);
  p.set_word(j.state, 1);
  p.release_join(j.state);
  if (loop_.is_closed()) return;
  loop_.hand_in(p, [&j](point& then) {
    j.delivered = true;
    j.deliver(then);
    return no_thread;
  });
}

void thread_pool::cancel(job& j) {
  point p{cancel_kind, j.state, {}};
  p.write(j.state);
  if (!j.begun) j.cancelled = true;
  p.describe([&](narration& n) { n.result = j.cancelled ? "cancelled" : "too late"; });
}

bool thread_pool::shut_down(source_location where) {
  bool any = false;
  for (const std::shared_ptr<job>& each : all_) {
    if (each->delivered) continue;
    any = true;
    point p{await_kind, each->state, where,
            guard{each->state.slot(), is_one, 0, /*revocable=*/false}};
    p.read(each->state);
    p.acquire(each->state);
  }
  return any;
}

}  // namespace norn::asyncio
