// In turns: a search that may cost more than the one it is meant to save. Both are run, each on its own;
// the one that has cost less goes on, and the first that has nothing left ends both. So they cost about
// twice what the cheaper one costs alone. Cost is counted in steps, not in time: two runs are alike.
//
// A turn lasts for so many steps that to run anew what the other's executions displaced (the record of
// the execution before: strategy::shared_prefix) costs little.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::engine {

class in_turns : public strategy {
 public:
  // `unasked` has the first turn: where it is complete at once, it claims no less.
  in_turns(std::unique_ptr<strategy> asked_for, std::unique_ptr<strategy> unasked)
      : asked_for_{std::move(asked_for)}, unasked_{std::move(unasked)} {}

  bool begin_execution() override;
  std::size_t shared_prefix() const override {
    return displaced_ ? 0 : running_->search->shared_prefix();
  }
  thread_id choose_thread(const execution& so_far) override {
    return running_->search->choose_thread(so_far);
  }
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override {
    return running_->search->choose_alternative(so_far, offered);
  }
  execution_kind end_execution(const execution& done) override;
  void restart() override;
  // The coverage of the search that had nothing left.
  search_coverage coverage() const override {
    return {.every_trace = running_->search->coverage().every_trace,
            .gave_way = running_ == &unasked_};
  }
  std::optional<divergence> diverged() const override { return running_->search->diverged(); }

 private:
  struct side {
    std::unique_ptr<strategy> search;
    std::uint64_t cost = 0;  // in steps
  };

  side& other() { return running_ == &asked_for_ ? unasked_ : asked_for_; }
  bool turn_is_over();

  side asked_for_;
  side unasked_;
  side* running_ = &unasked_;
  std::uint64_t longest_ = 0;  // execution, in steps
  bool displaced_ = false;     // the other side ran the execution before
};

}  // namespace norn::engine
