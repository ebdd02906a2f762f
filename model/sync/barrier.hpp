// Barrier, in the shape of std::barrier (C++20 [thread.barrier.class]).
//
// The completion function runs in the thread whose arrival completes the phase; the standard leaves
// open which of the phase's threads it is. It may take steps of its own, and then must not be
// noexcept: an execution that is abandoned in it is unwound through it.
//
// Invariants: two objects. Every arrival writes the first, which counts them. The word of the second
// is the number of phases completed: the end of a phase writes it, waiting reads it, and it only
// grows, so a phase that is over stays over. To wait therefore commutes with arrivals at a later phase.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

namespace detail {

class barrier_phases {
 public:
  barrier_phases(std::ptrdiff_t expected, bool has_completion, std::string_view label);

  struct arrival {
    std::uint64_t phase = 0;
    bool completes = false;  // the caller must run the completion function, then end_phase
  };
  arrival arrive(const engine::operation_kind& kind, std::ptrdiff_t update, std::ptrdiff_t drops,
                 source_location where);
  void end_phase(source_location where);
  void wait(std::uint64_t phase, bool of_this_barrier, source_location where) const;

 private:
  void begin_next_phase(engine::point& p);

  const bool has_completion_;
  std::ptrdiff_t expected_;   // of the next phase
  std::ptrdiff_t remaining_;  // of this one
  std::uint64_t phase_ = 0;
  engine::memory_object arrivals_;  // what this phase's arrivals released; acquired by the last
  engine::memory_object state_;     // what the end of a phase released
};

// The last arrival of a phase ends it too.
inline constexpr engine::operation_kind arrive_kind{
    .name = "arrive", .reach = engine::reach::unknown, .nothrow = true};
inline constexpr engine::operation_kind arrive_and_drop_kind{
    .name = "arrive_and_drop", .reach = engine::reach::unknown, .nothrow = true};

struct no_completion {
  void operator()() const {}
};

}  // namespace detail

template <class CompletionFunction = detail::no_completion>
  requires std::invocable<CompletionFunction&>
class barrier {
 public:
  class [[nodiscard]] arrival_token {
   public:
    arrival_token(arrival_token&&) noexcept = default;
    arrival_token& operator=(arrival_token&&) noexcept = default;

   private:
    friend class barrier;
    arrival_token(const barrier* of, std::uint64_t phase) : of_(of), phase_(phase) {}

    const barrier* of_;
    std::uint64_t phase_;
  };

  static constexpr std::ptrdiff_t max() noexcept {
    return std::numeric_limits<std::ptrdiff_t>::max();
  }

  // Requires: expected ≥ 0; `barrier_expects_arrival` is violated otherwise.
  explicit barrier(std::ptrdiff_t expected, std::string_view label = {}) requires
      std::default_initializable<CompletionFunction> : phases_(expected, has_completion, label) {}
  barrier(std::ptrdiff_t expected, CompletionFunction completion, std::string_view label = {})
      : completion_(std::move(completion)), phases_(expected, has_completion, label) {}
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  // Arrives `update` times at the phase; the last arrival completes it. A scheduling point, and one
  // more for the end of a phase that has a completion function. More arrivals than the phase expects
  // violate `barrier_expects_arrival` and do nothing.
  arrival_token arrive(std::ptrdiff_t update = 1,
                       source_location where = source_location::current()) {
    return arrival_token(this, arrive_as(detail::arrive_kind, update, 0, where));
  }

  // Waits until the phase of the arrival is over. A scheduling point. A token of another barrier, or
  // of a phase before the last, violates `barrier_token_is_current`.
  void wait(arrival_token&& token, source_location where = source_location::current()) const {
    phases_.wait(token.phase_, token.of_ == this, where);
  }

  // wait(arrive()).
  void arrive_and_wait(source_location where = source_location::current()) {
    wait(arrive(1, where), where);
  }

  // Arrives, and no later phase expects the arrival. Scheduling points as for arrive.
  void arrive_and_drop(source_location where = source_location::current()) {
    arrive_as(detail::arrive_and_drop_kind, 1, 1, where);
  }

 private:
  static constexpr bool has_completion = !std::same_as<CompletionFunction, detail::no_completion>;

  std::uint64_t arrive_as(const engine::operation_kind& kind, std::ptrdiff_t update,
                          std::ptrdiff_t drops, source_location where) {
    const auto arrival = phases_.arrive(kind, update, drops, where);
    if (arrival.completes) {
      completion_();
      phases_.end_phase(where);
    }
    return arrival.phase;
  }

  CompletionFunction completion_{};
  detail::barrier_phases phases_;
};

barrier(std::ptrdiff_t)->barrier<>;
barrier(std::ptrdiff_t, std::string_view)->barrier<>;

}  // namespace norn
