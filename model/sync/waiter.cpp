#include <norn/model/sync/waiter.hpp>

#include <memory>
#include <vector>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/run_local.hpp>

namespace norn {

using namespace engine;

namespace {

struct waiters {
  std::vector<std::unique_ptr<waiter>> of_thread;
};

bool has_been_reached(std::uint64_t notified, std::uint64_t wait) { return notified >= wait; }

}  // namespace

waiter& waiter::of_this_thread() {
  const thread_id self = this_thread_id();
  auto& of_thread = run_local<waiters>().of_thread;
  if (of_thread.size() <= index_of(self)) of_thread.resize(index_of(self) + 1);
  auto& mine = of_thread[index_of(self)];
  if (!mine) mine = std::make_unique<waiter>(self);
  return *mine;
}

guard waiter::until_notified() const {
  return guard{state_.slot(), has_been_reached, waits_, /*revocable=*/false};
}

void wait_queue::add(waiter& w, const void* mutex) {
  ++w.waits_;
  w.mutex_ = mutex;
  w.next_ = nullptr;
  waiter** end = &first_;
  while (*end != nullptr) end = &(*end)->next_;
  *end = &w;
  ++size_;
}

waiter** wait_queue::link_to(const waiter& w) {
  waiter** link = &first_;
  while (*link != nullptr && *link != &w) link = &(*link)->next_;
  NORN_INVARIANT(*link == &w);
  return link;
}

void wait_queue::remove(const waiter& w) {
  waiter** const link = link_to(w);
  *link = w.next_;
  --size_;
}

const waiter& wait_queue::notify(point& p, std::size_t place) {
  NORN_INVARIANT(place < size_);
  for (const waiter* each = first_; each != nullptr; each = each->next_) p.write(each->state_);
  waiter* w = first_;
  for (; place > 0; --place) w = w->next_;
  remove(*w);
  p.set_word(w->state_, w->waits_);
  return *w;
}

void wait_queue::notify_all(point& p) {
  for (waiter* w = first_; w != nullptr; w = w->next_) {
    p.write(w->state_);
    p.set_word(w->state_, w->waits_);
  }
  first_ = nullptr;
  size_ = 0;
}

}  // namespace norn
