// Random walk: each step goes to one of the enabled threads, each with the same chance, and each
// choice to one of its alternatives. Draws executions for as long as it is asked; proves nothing.
#pragma once

#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::engine {

class random_walk : public strategy {
 public:
  explicit random_walk(std::uint64_t seed) : seed_(seed), random_(seed) {}

  bool begin_execution() override { return true; }
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution&, std::uint16_t offered) override {
    return static_cast<std::uint16_t>(random_.below(offered));
  }
  execution_kind end_execution(const execution&) override { return execution_kind::execution; }
  void restart() override { random_ = random_source(seed_); }

 private:
  std::uint64_t seed_;
  random_source random_;
};

}  // namespace norn::engine
