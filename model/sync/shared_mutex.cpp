#include <norn/model/sync/shared_mutex.hpp>

#include <string>

#include <norn/model/sync/misuse.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind lock_kind{"lock"};
constexpr operation_kind try_lock_kind{"try_lock"};
constexpr operation_kind unlock_kind{.name = "unlock", .nothrow = true};
constexpr operation_kind lock_shared_kind{"lock_shared"};
constexpr operation_kind try_lock_shared_kind{"try_lock_shared"};
constexpr operation_kind unlock_shared_kind{.name = "unlock_shared", .nothrow = true};
// These touch the clock only when they give up.
constexpr operation_kind timed_lock_kind{.name = "try_lock_until", .reach = reach::announced};
constexpr operation_kind timed_lock_shared_kind{.name = "try_lock_shared_until",
                                                .reach = reach::announced};

constexpr std::uint64_t owner_bits = 0xffffffff;
constexpr unsigned reader_shift = 32;

bool is_free(std::uint64_t word, std::uint64_t) { return word == 0; }
bool has_no_owner(std::uint64_t word, std::uint64_t) { return (word & owner_bits) == 0; }

void tell(point& p, bool taken, const char* otherwise) {
  p.describe([&](narration& n) { n.result = taken ? "true" : otherwise; });
}

}  // namespace

void shared_mutex::lock(source_location where) {
  refuse_second_lock(lock_kind, where);
  point p{lock_kind, state_, where, guard{state_.slot(), is_free}};
  take(p);
}

bool shared_mutex::try_lock(source_location where) {
  refuse_second_lock(try_lock_kind, where);
  point p{try_lock_kind, state_, where};
  const bool taken = free();
  if (taken) {
    take(p);
  } else {
    find_taken(p);
  }
  tell(p, taken, "false");
  return taken;
}

bool shared_mutex::try_lock(const timer& until, source_location where) {
  refuse_second_lock(timed_lock_kind, where);
  point p{timed_lock_kind, state_, where, until.timing({state_.slot(), is_free})};
  p.may_write(state_);
  until.may_fire(p);
  const bool taken = free();
  if (taken) {
    take(p);
  } else {
    find_taken(p);
    until.fire(p);
  }
  tell(p, taken, "timeout");
  return taken;
}

void shared_mutex::unlock(source_location where) {
  point p{unlock_kind, state_, where};
  if (p.abandoned()) return;
  if (owner_ == p.thread()) {
    unlock_in(p);
    return;
  }
  p.write(state_);
  const std::string who = misuse::name_of(p.thread());
  if (readers_.contains(p.thread())) {
    misuse::refuse(p, misuse::unlock_by_owner,
                   who + " calls unlock on a mutex that it shares: unlock_shared ends lock_shared");
  } else if (owner_ == no_thread) {
    misuse::refuse(
        p, misuse::unlock_by_owner,
        who + " unlocks a mutex that nobody owns: it is unlocked twice, or was never locked");
  } else {
    misuse::refuse(p, misuse::unlock_by_owner,
                   who + " unlocks a mutex that " + misuse::name_of(owner_) +
                       " owns: only the thread that locked it may unlock it");
  }
}

void shared_mutex::unlock_in(point& p) {
  if (owner_ != p.thread()) {
    p.write(state_);
    p.halt(misuse::unlock_by_owner, "a mutex is let go of by a thread that does not own it");
  }
  owner_ = no_thread;
  publish(p);
  p.release(state_);
  p.describe([&](narration& n) { n.lets_go(state_); });
}

void shared_mutex::lock_shared(source_location where) {
  refuse_second_lock(lock_shared_kind, where);
  point p{lock_shared_kind, state_, where, guard{state_.slot(), has_no_owner}};
  take_shared(p);
}

bool shared_mutex::try_lock_shared(source_location where) {
  refuse_second_lock(try_lock_shared_kind, where);
  point p{try_lock_shared_kind, state_, where};
  const bool taken = owner_ == no_thread;
  if (taken) {
    take_shared(p);
  } else {
    p.read(state_);
  }
  tell(p, taken, "false");
  return taken;
}

bool shared_mutex::try_lock_shared(const timer& until, source_location where) {
  refuse_second_lock(timed_lock_shared_kind, where);
  point p{timed_lock_shared_kind, state_, where, until.timing({state_.slot(), has_no_owner})};
  p.may_write(state_);
  until.may_fire(p);
  const bool taken = owner_ == no_thread;
  if (taken) {
    take_shared(p);
  } else {
    p.read(state_);
    until.fire(p);
  }
  tell(p, taken, "timeout");
  return taken;
}

void shared_mutex::unlock_shared(source_location where) {
  point p{unlock_shared_kind, state_, where};
  if (p.abandoned()) return;
  if (readers_.contains(p.thread())) {
    unlock_shared_in(p);
    return;
  }
  p.write(state_);
  misuse::refuse(
      p, misuse::unlock_by_owner,
      misuse::name_of(p.thread()) +
          (owner_ == p.thread()
               ? " calls unlock_shared on a mutex that it owns: unlock ends lock"
               : " calls unlock_shared on a mutex that it does not share: it is unlocked "
                 "twice, or was never locked"));
}

void shared_mutex::unlock_shared_in(point& p) {
  if (!readers_.contains(p.thread())) {
    p.write(state_);
    p.halt(misuse::unlock_by_owner, "a mutex is let go of by a thread that does not share it");
  }
  readers_.erase(p.thread());
  publish(p);
  p.release_join(readers_left_);
  p.describe([&](narration& n) { n.lets_go(state_); });
}

void shared_mutex::take(point& p) {
  owner_ = p.thread();
  publish(p);
  p.acquire(state_);
  p.acquire(readers_left_);
  p.describe([&](narration& n) { n.takes(state_); });
}

void shared_mutex::take_shared(point& p) {
  readers_.insert(p.thread());
  publish(p);
  p.acquire(state_);
  p.describe([&](narration& n) { n.takes(state_, "shared"); });
}

// While readers share the mutex, others may join them. Failing must then be a write: of two failures
// that commute neither would be the first event on a gate that a lock_shared could still be first on,
// and the search rests on there being one (docs/writing-a-model.md).
void shared_mutex::find_taken(point& p) const {
  if (owner_ == no_thread) {
    p.write(state_);
  } else {
    p.read(state_);
  }
}

void shared_mutex::publish(point& p) {
  p.write(state_);
  const std::uint64_t owner = owner_ == no_thread ? 0 : index_of(owner_) + 1;
  p.set_word(state_, owner | std::uint64_t{readers_.size()} << reader_shift);
}

// Whether the caller holds the mutex is known before the step: only its own steps change it.
void shared_mutex::refuse_second_lock(const operation_kind& kind, source_location where) {
  if (!owned_by_caller() && !shared_by_caller()) return;
  point p{kind, state_, where};
  p.may_write(state_);
  p.write(state_);
  p.halt(misuse::no_double_lock,
         misuse::name_of(p.thread()) +
             (owned_by_caller() ? " locks a mutex that it already owns"
                                : " locks a mutex that it already shares") +
             ": it would wait for itself; unlock it first (there is no upgrade from shared)");
}

}  // namespace norn
