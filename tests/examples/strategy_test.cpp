// The strategy of docs/architecture.md.
#include <gtest/gtest.h>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/run/runner.hpp>

// [strategy]
#include <norn/scheduler/strategy/strategy.hpp>

namespace engine = norn::engine;

// Round robin: one execution, in which each step goes to the next thread that can run.
class round_robin : public engine::strategy {
 public:
  bool begin_execution() override { return !std::exchange(begun_, true); }

  engine::thread_id choose_thread(const engine::execution& so_far) override {
    do {
      last_ = (last_ + 1) % so_far.thread_count();
    } while (!so_far.is_enabled(engine::thread_id(last_)));
    return engine::thread_id(last_);
  }

  std::uint16_t choose_alternative(const engine::execution&, std::uint16_t) override { return 0; }
  engine::execution_kind end_execution(const engine::execution&) override {
    return engine::execution_kind::execution;
  }
  void restart() override { begun_ = false; }

 private:
  bool begun_ = false;
  std::size_t last_ = 0;
};
// [end]

TEST(RoundRobin, TakesTurns) {
  round_robin strategy;
  engine::runner runner{engine::runner::settings{}};
  int last = 0;
  ASSERT_TRUE(strategy.begin_execution());
  const engine::execution& done = runner.run(
      [&] {
        norn::atomic<int> x{0};
        norn::run_concurrently([&] { x = 1, x = 3; }, [&] { x = 2, x = 4; });
        last = x.load();
      },
      strategy);
  EXPECT_EQ(done.outcome(), engine::outcome::completed);
  EXPECT_EQ(strategy.end_execution(done), engine::execution_kind::execution);
  EXPECT_FALSE(strategy.begin_execution());
  EXPECT_TRUE(last == 3 || last == 4);
}
