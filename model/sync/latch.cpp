#include <norn/model/sync/latch.hpp>

#include <string>

#include <norn/model/sync/misuse.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind create_kind{"create"};
constexpr operation_kind count_down_kind{.name = "count_down", .nothrow = true};
constexpr operation_kind try_wait_kind{"try_wait"};
constexpr operation_kind wait_kind{"wait"};

bool is_zero(std::uint64_t word, std::uint64_t) { return word == 0; }

}  // namespace

latch::latch(std::ptrdiff_t expected, std::string_view label)
    : counter_(expected), state_("latch", label, static_cast<std::uint64_t>(expected)) {
  if (expected >= 0) return;
  point p{create_kind, state_, source_location{}};
  p.halt(misuse::latch_not_below_zero,
         "a latch is created with the counter at " + std::to_string(expected));
}

void latch::count_down(std::ptrdiff_t update, source_location where) {
  point p{count_down_kind, state_, where};
  if (p.abandoned()) return;
  if (update < 0 || update > counter_) {
    p.read(state_);
    misuse::refuse(p, misuse::latch_not_below_zero,
                   misuse::name_of(p.thread()) + " counts down by " + std::to_string(update) +
                       " a latch at " + std::to_string(counter_) +
                       ": more threads arrive than it was created for");
    return;
  }
  p.write(state_);
  p.describe([&](narration& n) {
    n.changes = "count " + std::to_string(counter_) + "→" + std::to_string(counter_ - update);
  });
  counter_ -= update;
  p.set_word(state_, static_cast<std::uint64_t>(counter_));
  p.release_join(state_);
}

bool latch::try_wait(source_location where) const {
  point p{try_wait_kind, state_, where};
  p.read(state_);
  const bool open = counter_ == 0;
  if (open) p.acquire(state_);
  p.describe([&](narration& n) { n.result = open ? "true" : "false"; });
  return open;
}

void latch::wait(source_location where) const {
  point p{wait_kind, state_, where, guard{state_.slot(), is_zero, 0, /*revocable=*/false}};
  p.read(state_);
  p.acquire(state_);
}

void latch::arrive_and_wait(std::ptrdiff_t update, source_location where) {
  count_down(update, where);
  wait(where);
}

}  // namespace norn
