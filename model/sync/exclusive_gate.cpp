#include <norn/model/sync/exclusive_gate.hpp>

#include <string>
#include <utility>

#include <norn/model/sync/misuse.hpp>

namespace norn::detail {

using namespace engine;

namespace {

constexpr operation_kind lock_kind{"lock"};
constexpr operation_kind try_lock_kind{"try_lock"};
// Touches the clock only when it gives up.
constexpr operation_kind timed_lock_kind{.name = "try_lock_until", .reach = reach::announced};
constexpr operation_kind unlock_kind{.name = "unlock", .nothrow = true};

std::uint64_t owned_by(thread_id t) { return index_of(t) + 1; }

bool is_free(std::uint64_t word, std::uint64_t) { return word == 0; }

void tell(point& p, bool taken, const char* otherwise) {
  p.describe([&](narration& n) { n.result = taken ? "true" : otherwise; });
}

}  // namespace

// The owner's second lock is an error to be reported, not a wait without end. The operation that reports the error
// has no guard. With a guard that is open for the owner alone, the operation would be enabled beside failed attempts
// of other threads; failed attempts commute, and none of them would be the first event on the gate.
void exclusive_gate::lock(source_location where) {
  if (owned_by_caller()) {
    point p{lock_kind, state_, where};
    refuse_second_lock(p);
  }
  point p{lock_kind, state_, where, guard{state_.slot(), is_free}};
  take(p);
}

bool exclusive_gate::try_lock(source_location where) {
  point p{try_lock_kind, state_, where};
  refuse_second_lock(p);
  const bool free = owner_ == no_thread;
  if (free) {
    take(p);
  } else {
    p.read(state_);
  }
  tell(p, free, "false");
  return free;
}

bool exclusive_gate::try_lock(const timer& until, source_location where) {
  point p{timed_lock_kind, state_, where, until.timing({state_.slot(), is_free})};
  p.may_write(state_);
  until.may_fire(p);
  refuse_second_lock(p);
  const bool free = owner_ == no_thread;
  if (free) {
    take(p);
  } else {
    p.read(state_);
    until.fire(p);
  }
  tell(p, free, "timeout");
  return free;
}

void exclusive_gate::unlock(source_location where) {
  point p{unlock_kind, state_, where};
  if (p.abandoned()) return;
  if (!are_one_thread(owner_, p.thread())) {
    refuse_stranger(p);
    return;
  }
  unlock_in(p);
}

void exclusive_gate::unlock_in(point& p) {
  if (!are_one_thread(owner_, p.thread())) {
    p.write(state_);
    p.halt(misuse::unlock_by_owner, "a mutex is let go of by a thread that does not hold it");
  }
  p.write(state_);
  const thread_id owner = std::exchange(owner_, no_thread);
  p.set_word(state_, 0);
  p.release(state_);
  p.describe([&](narration& n) { n.lets_go(state_, lock_owner(index_of(owner))); });
}

bool exclusive_gate::owned_by_caller() const { return owner_ == this_thread_id(); }

bool exclusive_gate::owned_by_thread_of_caller() const {
  return are_one_thread(owner_, this_thread_id());
}

void exclusive_gate::take(point& p) {
  p.write(state_);
  owner_ = p.thread();
  p.set_word(state_, owned_by(owner_));
  p.acquire(state_);
  p.describe([&](narration& n) { n.takes(state_); });
}

void exclusive_gate::refuse_second_lock(point& p) const {
  if (owner_ != p.thread()) return;
  p.write(state_);
  p.halt(
      misuse::no_double_lock,
      misuse::name_of(owner_) +
          " locks a mutex that it already holds: it would wait for itself; unlock it first, or use "
          "a recursive mutex");
}

void exclusive_gate::refuse_stranger(point& p) const {
  p.write(state_);
  const std::string who = misuse::name_of(p.thread());
  if (owner_ == no_thread) {
    misuse::refuse(
        p, misuse::unlock_by_owner,
        who + " unlocks a mutex that nobody holds: it is unlocked twice, or was never locked");
  } else {
    misuse::refuse(p, misuse::unlock_by_owner,
                   who + " unlocks a mutex that " + misuse::name_of(owner_) +
                       " holds: only the thread that locked it may unlock it");
  }
}

}  // namespace norn::detail
