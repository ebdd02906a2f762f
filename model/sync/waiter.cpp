#include <norn/model/sync/waiter.hpp>

#include <algorithm>
#include <memory>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/run_local.hpp>

namespace norn {

using namespace engine;

namespace {

struct waiter {
  object state{"waiter"};
  std::uint64_t waits = 0;  // the number of the newest wait; only the thread itself counts it up
};

struct waiters {
  std::vector<std::unique_ptr<waiter>> of_thread;

  waiter& of(thread_id t) {
    if (of_thread.size() <= index_of(t)) of_thread.resize(index_of(t) + 1);
    auto& its = of_thread[index_of(t)];
    if (!its) its = std::make_unique<waiter>();
    return *its;
  }
};

constexpr unsigned bits_of_reason = 8;

std::uint64_t word_of(std::uint64_t number, wake_reason why) {
  return (number << bits_of_reason) | static_cast<std::uint64_t>(why);
}
std::uint64_t number_in(std::uint64_t word) { return word >> bits_of_reason; }
wake_reason reason_in(std::uint64_t word) { return static_cast<wake_reason>(word & 0xff); }

bool has_been_reached(std::uint64_t word, std::uint64_t wait) { return number_in(word) >= wait; }

}  // namespace

pending_wait pending_wait::begin() {
  const thread_id self = this_thread_id();
  waiter& mine = run_local<waiters>().of(self);
  return {mine.state, self, ++mine.waits};
}

bool pending_wait::end(point& p, wake_reason why) const {
  touch(p);
  if (ended(p)) return false;
  p.set_word(*state_, word_of(number_, why));
  return true;
}

void pending_wait::touch(point& p) const {
  if (ended(p)) {
    read(p);
  } else {
    write(p);
  }
}

bool pending_wait::ended(const point& p) const {
  return has_been_reached(p.word(*state_), number_);
}

wake_reason pending_wait::reason(const point& p) const {
  NORN_INVARIANT(number_in(p.word(*state_)) == number_);
  return reason_in(p.word(*state_));
}

guard pending_wait::until_ended() const {
  return guard{state_->slot(), has_been_reached, number_, /*revocable=*/false};
}

void wait_queue::remove(const pending_wait& w) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const entry& each) { return each.wait == w; });
  NORN_INVARIANT(found != entries_.end());
  entries_.erase(found);
}

std::size_t wait_queue::size(const point& p) const {
  const auto waits = std::count_if(entries_.begin(), entries_.end(),
                                   [&](const entry& each) { return !each.wait.ended(p); });
  return static_cast<std::size_t>(waits);
}

void wait_queue::look(point& p) const {
  for (const entry& each : entries_) each.wait.read(p);
}

const wait_queue::entry* wait_queue::first(const point& p) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const entry& each) { return !each.wait.ended(p); });
  return found == entries_.end() ? nullptr : &*found;
}

pending_wait wait_queue::end_one(point& p, std::size_t place, wake_reason why) {
  for (const entry& each : entries_) each.wait.touch(p);
  std::erase_if(entries_, [&](const entry& each) { return each.wait.ended(p); });
  NORN_INVARIANT(place < entries_.size());
  const pending_wait chosen = entries_[place].wait;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(place));
  chosen.end(p, why);
  return chosen;
}

void wait_queue::end_all(point& p, wake_reason why) {
  for (const entry& each : entries_) each.wait.end(p, why);
  entries_.clear();
}

}  // namespace norn
