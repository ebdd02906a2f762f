// Replay: follows one schedule, step by step, and stops where it ends. Refuses to go on at the first
// step that does not fit.
#pragma once

#include <utility>

#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::engine {

class replay_strategy : public strategy {
 public:
  // `s` numbers threads in the order of their creation.
  explicit replay_strategy(schedule s) : schedule_(std::move(s)) {}

  bool begin_execution() override { return !std::exchange(begun_, true); }
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override;
  execution_kind end_execution(const execution& done) override;
  void restart() override { begun_ = false; }
  std::optional<divergence> diverged() const override { return divergence_; }

 private:
  void diverge(std::size_t position, std::string came);

  schedule schedule_;
  bool begun_ = false;
  std::optional<divergence> divergence_;
};

}  // namespace norn::engine
