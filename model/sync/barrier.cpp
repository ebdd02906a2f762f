#include <norn/model/sync/barrier.hpp>

#include <string>

#include <norn/model/sync/misuse.hpp>

namespace norn::detail {

using namespace engine;

namespace {

constexpr operation_kind create_kind{"create"};
constexpr operation_kind end_phase_kind{.name = "end_phase", .nothrow = true};
constexpr operation_kind wait_kind{"wait"};

bool is_over(std::uint64_t completed, std::uint64_t phase) { return completed > phase; }

}  // namespace

barrier_phases::barrier_phases(std::ptrdiff_t expected, bool has_completion, std::string_view label)
    : has_completion_(has_completion),
      expected_(expected),
      remaining_(expected),
      arrivals_("barrier", label),
      state_("barrier", label) {
  if (expected >= 0) return;
  point p{create_kind, state_, source_location{}};
  p.halt(misuse::barrier_expects_arrival,
         "a barrier is created for " + std::to_string(expected) + " threads");
}

barrier_phases::arrival barrier_phases::arrive(const operation_kind& kind, std::ptrdiff_t update,
                                               std::ptrdiff_t drops, source_location where) {
  point p{kind, arrivals_, where};
  if (p.abandoned()) return {};
  const std::uint64_t phase = phase_;
  if (update <= 0 || update > remaining_) {
    p.read(arrivals_);
    misuse::refuse(
        p, misuse::barrier_expects_arrival,
        misuse::name_of(p.thread()) + " arrives " + std::to_string(update) +
            " times at a phase that expects " + std::to_string(remaining_) +
            " more: more threads use the barrier than it was created for, or one arrives "
            "twice in a phase");
    return {phase, false};
  }
  p.write(arrivals_);
  p.describe([&](narration& n) {
    n.changes =
        "expected " + std::to_string(remaining_) + "→" + std::to_string(remaining_ - update);
  });
  remaining_ -= update;
  expected_ -= drops;
  p.release_join(arrivals_);
  if (remaining_ > 0) return {phase, false};

  // Every arrival of the phase happens before its completion.
  p.acquire(arrivals_);
  if (has_completion_) return {phase, true};
  begin_next_phase(p);
  return {phase, false};
}

void barrier_phases::end_phase(source_location where) {
  point p{end_phase_kind, state_, where};
  if (p.abandoned()) return;
  p.write(arrivals_);
  begin_next_phase(p);
}

void barrier_phases::begin_next_phase(point& p) {
  remaining_ = expected_;
  ++phase_;
  p.write(state_);
  p.set_word(state_, phase_);
  p.release(state_);
  p.forget_release(arrivals_);
}

void barrier_phases::wait(std::uint64_t phase, bool of_this_barrier, source_location where) const {
  if (!of_this_barrier) {
    point p{wait_kind, state_, where};
    p.halt(
        misuse::barrier_token,
        "wait with the token of an arrival at another barrier: it would say nothing of this one");
  }
  point p{wait_kind, state_, where, guard{state_.slot(), is_over, phase, /*revocable=*/false}};
  p.read(state_);
  if (phase_ > phase + 1) {
    p.halt(misuse::barrier_token,
           "wait with the token of phase " + std::to_string(phase) + " when " +
               std::to_string(phase_) +
               " phases are over: a token is good for its own phase and the one after it");
  }
  p.acquire(state_);
}

}  // namespace norn::detail
