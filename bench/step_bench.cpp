// The parts of a step: a switch of fibers, and a step of the runner without a search.
#include <benchmark/benchmark.h>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/run/fiber.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

namespace norn {

using namespace engine;
namespace {

// --- the switch ---

struct pair_of_fibers {
  fiber home;
  fiber away{64 * 1024, &pair_of_fibers::run, this};

  static void run(void* self) {
    auto& both = *static_cast<pair_of_fibers*>(self);
    for (;;) fiber::switch_to(both.away, both.home);
  }
};

void fiber_switch(benchmark::State& state) {
  pair_of_fibers both;
  for (auto _ : state) fiber::switch_to(both.home, both.away);
  state.counters["switches/s"] =
      benchmark::Counter(2 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(fiber_switch);

// --- the step ---

// Runs the threads in turn.
class in_turn : public strategy {
 public:
  bool begin_execution() override { return true; }
  thread_id choose_thread(const execution& so_far) override {
    for (;;) {
      next_ = (next_ + 1) % so_far.thread_count();
      if (so_far.is_enabled(thread_id(next_))) return thread_id(next_);
    }
  }
  std::uint16_t choose_alternative(const execution&, std::uint16_t) override { return 0; }
  execution_kind end_execution(const execution&) override { return execution_kind::execution; }
  void restart() override {}

 private:
  std::size_t next_ = 0;
};

class lowest_first : public in_turn {
 public:
  thread_id choose_thread(const execution& so_far) override { return so_far.canonical_next(); }
};

constexpr int steps_of_thread = 100;

template <class Strategy>
void run_steps(benchmark::State& state, const std::function<void()>& body) {
  runner r(runner::settings{});
  Strategy s;
  std::uint64_t steps = 0;
  for (auto _ : state) steps += r.run(body, s).size();
  state.counters["steps/s"] =
      benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsRate);
}

template <class Operation>
std::function<void()> two_threads(Operation operation) {
  return [operation] {
    run_concurrently("thread", 2, [&](int) {
      const object mine("mine");
      for (int i = 0; i < steps_of_thread; ++i) operation(mine);
    });
  };
}

// An operation that touches nothing.
void bare_operation(const object& on) {
  static constexpr operation_kind kind{"bare"};
  const point p{kind, on, source_location{}};
}
// One that writes an object of its thread's own.
void private_write(const object& on) {
  static constexpr operation_kind kind{"write"};
  point p{kind, on, source_location{}};
  p.write(on);
}

void bare_step_same_thread(benchmark::State& state) {
  run_steps<lowest_first>(state, two_threads(bare_operation));
}
BENCHMARK(bare_step_same_thread);

void bare_step_with_switch(benchmark::State& state) {
  run_steps<in_turn>(state, two_threads(bare_operation));
}
BENCHMARK(bare_step_with_switch);

void private_write_with_switch(benchmark::State& state) {
  run_steps<in_turn>(state, two_threads(private_write));
}
BENCHMARK(private_write_with_switch);

void atomic_store_with_switch(benchmark::State& state) {
  run_steps<in_turn>(state, [] {
    atomic<int> x{0};
    run_concurrently("thread", 2, [&](int) {
      for (int i = 0; i < steps_of_thread; ++i) x.store(i);
    });
  });
}
BENCHMARK(atomic_store_with_switch);

}  // namespace
}  // namespace norn
