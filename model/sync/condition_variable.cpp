#include <norn/model/sync/condition_variable.hpp>

#include <algorithm>
#include <string>

#include <norn/model/sync/misuse.hpp>

namespace norn::detail {

using namespace engine;

namespace {

constexpr operation_kind wake_kind{"wake"};
// Which objects a wait that can end by itself touches depends on whether it was notified first.
constexpr operation_kind wake_by_itself_kind{.name = "wake", .reach = reach::announced};
// Whom a notification touches depends on who waits.
constexpr operation_kind notify_one_kind{
    .name = "notify_one", .reach = reach::unknown, .nothrow = true};
constexpr operation_kind notify_all_kind{
    .name = "notify_all", .reach = reach::unknown, .nothrow = true};

}  // namespace

void condition::refuse_unheld(source_location where) {
  point p{wait_kind, state_, where};
  p.halt(
      misuse::wait_holds_mutex,
      "wait with a lock that the thread does not hold: lock it first, and test what is waited for "
      "under it");
}

// All waits in the queue are ended by events that write the condition: who looks at it knows of them.
pending_wait condition::enqueue(point& p, const void* mutex) {
  const wait_queue::entry* const other = waiting_.first(p);
  if (one_mutex_ && other != nullptr && other->with != mutex) {
    p.read(state_);
    p.halt(misuse::one_mutex_per_condition,
           "wait with another mutex than " + misuse::name_of(other->wait.thread()) +
               ", which waits on the same condition_variable: use one mutex for one condition, or "
               "condition_variable_any");
  }
  p.write(state_);
  const pending_wait self = pending_wait::begin();
  waiting_.add(self, mutex);
  return self;
}

// Once notified, a thread never touches the condition again: it may have been destroyed meanwhile,
// which the standard allows ([thread.condition.condvar]).
std::cv_status condition::wake(const pending_wait& self, const timer& until,
                               source_location where) {
  const object_slot here = state_.slot();
  const bool timed = until.exists();
  const bool spurious = may_wake_spuriously(self.thread());
  const bool by_itself = timed || spurious;

  timing when = timed ? until.timing(self.until_ended())
                      : timing{.by = timing::rule::whenever, .sooner = self.until_ended()};
  if (timed && spurious) when.by = timing::rule::whenever_or_deadline;
  if (!by_itself) when = {};
  point p{by_itself ? wake_by_itself_kind : wake_kind, here, where,
          by_itself ? guard{} : self.until_ended(), when};
  if (by_itself) {
    self.may_write(p);
    p.may_write(here);
    until.may_fire(p);
  }
  const bool notified = self.ended(p);
  // Both ways of waking by itself have the same accesses, as alternatives must.
  const bool fires = timed && (notified || !spurious || p.choose(2) == 0);
  self.read(p);
  if (notified) {
    p.describe([](narration& n) { n.result = "notified"; });
    return std::cv_status::no_timeout;
  }
  if (!is_alive(here, &state_)) {
    p.read(here);
    p.halt(misuse::no_use_after_destruction,
           "the wait ended by itself after its condition had been destroyed: notify or join the "
           "waiting threads before destroying what they wait on");
  }
  self.write(p);
  p.write(state_);
  waiting_.remove(self);
  if (fires) {
    until.fire(p);
  } else {
    until.touch(p);
    spend_wakeup(self.thread());
  }
  p.describe([&](narration& n) { n.result = fires ? "timeout" : "spurious wakeup"; });
  return fires ? std::cv_status::timeout : std::cv_status::no_timeout;
}

void condition::notify_one(source_location where) {
  point p{notify_one_kind, state_, where};
  if (p.abandoned()) return;
  if (waiting_.size(p) == 0) {
    p.read(state_);
    p.describe([](narration& n) { n.result = "nobody waits"; });
    return;
  }
  const std::uint16_t place = p.choose(static_cast<std::uint32_t>(waiting_.size(p)));
  p.write(state_);
  const pending_wait woken = waiting_.end_one(p, place, wake_reason::granted);
  p.describe([&](narration& n) { n.result = "wakes " + misuse::name_of(woken.thread()); });
}

void condition::notify_all(source_location where) {
  point p{notify_all_kind, state_, where};
  if (p.abandoned()) return;
  if (waiting_.size(p) == 0) {
    p.read(state_);
    p.describe([](narration& n) { n.result = "nobody waits"; });
    return;
  }
  p.write(state_);
  p.describe([&](narration& n) { n.result = "wakes " + std::to_string(waiting_.size(p)); });
  waiting_.end_all(p, wake_reason::granted);
}

bool condition::may_wake_spuriously(thread_id t) const {
  if (budget_.per_thread == 0) return false;
  const auto own =
      std::find_if(spent_.begin(), spent_.end(), [&](const spent& s) { return s.thread == t; });
  return own == spent_.end() || own->wakeups < budget_.per_thread;
}

void condition::spend_wakeup(thread_id t) {
  for (spent& s : spent_) {
    if (s.thread == t) {
      ++s.wakeups;
      return;
    }
  }
  spent_.push_back({t, 1});
}

}  // namespace norn::detail
