#include <norn/model/sync/mutex.hpp>

#include <norn/model/sync/misuse.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind lock_kind{"lock"};
constexpr operation_kind try_lock_kind{"try_lock"};
constexpr operation_kind unlock_kind{.name = "unlock", .nothrow = true};

std::uint64_t owned_by(thread_id t) { return index_of(t) + 1; }

bool is_free(std::uint64_t word, std::uint64_t) { return word == 0; }

// By the thread itself, or by another task of the thread that carries it.
bool held_by_thread_of(const point& p, std::uint64_t word) {
  return word != 0 && are_one_thread(thread_id(word - 1), p.thread());
}

const char* not_the_owner(std::uint64_t word) {
  return word == 0 ? "unlock of a mutex that no thread owns"
                   : "unlock of a mutex that another thread owns";
}

}  // namespace

void mutex::lock(source_location where) {
  if (owned_by_caller()) {
    // An error to be reported, not a wait without end.
    point p{lock_kind, state_, where};
    if (p.abandoned()) return;
    p.write(state_);
    p.halt("no_double_lock",
           "lock of a mutex that the thread already owns: it would wait for itself");
  }
  point p{lock_kind, state_, where, guard{state_.slot(), is_free}};
  take(p);
}

bool mutex::try_lock(source_location where) {
  point p{try_lock_kind, state_, where};
  if (p.word(state_) == owned_by(p.thread())) {
    p.write(state_);
    p.halt("no_double_lock", "try_lock of a mutex that the thread already owns is undefined");
  }
  const bool free = p.word(state_) == 0;
  if (free) {
    take(p);
  } else {
    p.read(state_);
  }
  p.describe([&](narration& n) { n.result = free ? "true" : "false"; });
  return free;
}

void mutex::take(point& p) {
  p.write(state_);
  p.set_word(state_, owned_by(p.thread()));
  p.acquire(state_);
  p.describe([&](narration& n) { n.takes(state_); });
}

void mutex::unlock(source_location where) {
  point p{unlock_kind, state_, where};
  if (p.abandoned()) return;
  if (held_by_thread_of(p, p.word(state_))) {
    unlock_in(p);
  } else {
    p.write(state_);
    misuse::refuse(p, misuse::unlock_by_owner, not_the_owner(p.word(state_)));
  }
}

void mutex::unlock_in(point& p) {
  p.write(state_);
  const std::uint64_t owner = p.word(state_);
  if (!held_by_thread_of(p, owner)) {
    p.halt(misuse::unlock_by_owner, not_the_owner(owner));
  }
  p.set_word(state_, 0);
  p.release(state_);
  p.describe([&](narration& n) { n.lets_go(state_, lock_owner(owner - 1)); });
}

bool mutex::owned_by_caller() const {
  return in_body() && word_of(state_) == owned_by(this_thread_id());
}

}  // namespace norn
