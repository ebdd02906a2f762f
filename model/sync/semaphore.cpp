#include <norn/model/sync/semaphore.hpp>

#include <string>

#include <norn/model/sync/misuse.hpp>

namespace norn::detail {

using namespace engine;

namespace {

constexpr operation_kind create_kind{"create"};
constexpr operation_kind release_kind{.name = "release", .nothrow = true};
constexpr operation_kind acquire_kind{"acquire"};
constexpr operation_kind try_acquire_kind{"try_acquire"};
// Touches the clock only when it gives up.
constexpr operation_kind timed_acquire_kind{.name = "try_acquire_until", .reach = reach::announced};

bool is_positive(std::uint64_t word, std::uint64_t) { return word > 0; }

void tell(point& p, bool taken, const char* otherwise) {
  p.describe([&](narration& n) { n.result = taken ? "true" : otherwise; });
}

}  // namespace

semaphore::semaphore(std::ptrdiff_t desired, std::ptrdiff_t maximum, std::string_view label)
    : maximum_(maximum),
      counter_(desired),
      state_("semaphore", label, static_cast<std::uint64_t>(desired)) {
  if (desired >= 0 && desired <= maximum) return;
  point p{create_kind, state_, source_location{}};
  p.halt(misuse::semaphore_maximum, "a semaphore is created with the counter at " +
                                        std::to_string(desired) + ", outside 0 … " +
                                        std::to_string(maximum));
}

void semaphore::release(std::ptrdiff_t update, source_location where) {
  point p{release_kind, state_, where};
  if (p.abandoned()) return;
  if (update < 0 || update > maximum_ - counter_) {
    p.write(state_);  // as every event on a gate that may be open
    misuse::refuse(p, misuse::semaphore_maximum,
                   misuse::name_of(p.thread()) + " releases " + std::to_string(update) +
                       " with the counter at " + std::to_string(counter_) +
                       ", but a counter lies between 0 and the maximum of " +
                       std::to_string(maximum_) +
                       ": it is released once too often, or the maximum "
                       "(the template argument) is too small");
    return;
  }
  count(p, update);
  p.release_join(state_);
}

void semaphore::acquire(source_location where) {
  point p{acquire_kind, state_, where, guard{state_.slot(), is_positive}};
  count(p, -1);
  p.acquire(state_);
}

bool semaphore::try_acquire(source_location where) {
  point p{try_acquire_kind, state_, where};
  const bool taken = counter_ > 0;
  if (taken) {
    count(p, -1);
    p.acquire(state_);
  } else {
    p.read(state_);
  }
  tell(p, taken, "false");
  return taken;
}

bool semaphore::try_acquire(const timer& until, source_location where) {
  point p{timed_acquire_kind, state_, where, until.timing({state_.slot(), is_positive})};
  p.may_write(state_);
  until.may_fire(p);
  const bool taken = counter_ > 0;
  if (taken) {
    count(p, -1);
    p.acquire(state_);
  } else {
    p.read(state_);
    until.fire(p);
  }
  tell(p, taken, "timeout");
  return taken;
}

void semaphore::count(point& p, std::ptrdiff_t by) {
  p.write(state_);
  p.describe([&](narration& n) {
    n.changes = "count " + std::to_string(counter_) + "→" + std::to_string(counter_ + by);
    if (by < 0) {
      n.takes_permit(state_);
    } else {
      n.returns_permits(state_, static_cast<std::uint64_t>(by));
    }
  });
  counter_ += by;
  p.set_word(state_, static_cast<std::uint64_t>(counter_));
}

}  // namespace norn::detail
