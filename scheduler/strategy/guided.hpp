// Guided: follows a list of wishes as far as the program lets it. Where a wish cannot be granted yet it
// waits, and later wishes of other threads go before it; where no wish can be granted the thread that ran
// last goes on, or else the lowest that can. So every list leads to a complete execution, and a list that
// is an execution's own schedule leads to that execution.
//
// Each decision is a function of the wishes and of the crossings that came since: where a list leads can be told
// without the program by whoever knows these (explore/known_executions.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include <norn/scheduler/base/thread_set.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/trace/schedule.hpp>

namespace norn::engine {

// All that guided sees of an execution before a step.
struct crossing {
  thread_set enabled;
  thread_id next = no_thread;  // execution::canonical_next

  friend bool operator==(const crossing&, const crossing&) = default;
};

class guided : public strategy {
 public:
  // One execution by these wishes. Threads are named by their identities in the runner.
  void follow(const schedule& wishes);

  // The thread that goes on, and which of `offered` alternatives it then takes.
  thread_id thread_at(const crossing& here);
  std::uint16_t alternative_of(std::uint16_t offered) const {
    return alternative_ < offered ? alternative_ : std::uint16_t{0};
  }

  // Of the last execution, what came before each step.
  const std::vector<crossing>& crossings() const { return crossings_; }
  // Of the last execution, how many of its first `steps` steps preempted: went on to another thread
  // although the one before could have gone on.
  std::uint32_t preemptions(std::size_t steps) const {
    return steps == 0 ? 0 : preemptions_[steps - 1];
  }

  bool begin_execution() override { return true; }
  thread_id choose_thread(const execution& so_far) override;
  std::uint16_t choose_alternative(const execution&, std::uint16_t offered) override {
    return alternative_of(offered);
  }
  execution_kind end_execution(const execution&) override { return execution_kind::execution; }
  void restart() override {}

 private:
  thread_id grant(const thread_set& enabled);

  struct waiting {
    std::vector<std::size_t> positions;  // of a thread's wishes
    std::size_t granted = 0;             // as many have been
  };

  schedule wishes_;
  std::vector<waiting> of_thread_;
  std::uint16_t alternative_ = 0;
  thread_id previous_ = no_thread;
  std::vector<crossing> crossings_;
  std::vector<std::uint32_t> preemptions_;  // by step: up to and with it
};

}  // namespace norn::engine
