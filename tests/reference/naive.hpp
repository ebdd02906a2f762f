// Naive: tries every interleaving and every choice, depth first, without any reduction. Slow, and
// meant to be obviously right: it is what the exhaustive strategy is held against.
//
// With `skip_seen_prefixes` it does not go on from a prefix that is, as a trace, one that it has gone
// on from before; the prefix's hash is made of the raw accesses of its events, by comparing all pairs,
// and not of the clocks that the engine keeps.
#pragma once

#include <cstdint>
#include <set>
#include <unordered_set>
#include <vector>

#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::reference {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value);

// Equal for two executions exactly if they are the same Mazurkiewicz trace (but for collisions of 64
// bits): a sum, over the events, of hashes of what the event is and which events lie in its past.
class trace_hash {
 public:
  void clear() { pasts_.clear(), sums_.assign(1, 0); }
  // Brings the hash up to the first `count` events of `e`, of which an earlier prefix is known.
  std::uint64_t of(const engine::execution& e, std::size_t count);
  void forget_beyond(std::size_t count);

 private:
  void add(const engine::execution& e, std::size_t i);

  std::vector<std::vector<bool>> pasts_;  // for each event, which earlier ones it happens after
  std::vector<std::uint64_t> sums_{0};    // over the first i events
};

std::uint64_t hash_of(const engine::execution& e);

class naive : public engine::strategy {
 public:
  explicit naive(bool skip_seen_prefixes) : skips_(skip_seen_prefixes) {}

  bool begin_execution() override;
  engine::thread_id choose_thread(const engine::execution& so_far) override;
  std::uint16_t choose_alternative(const engine::execution& so_far, std::uint16_t offered) override;
  engine::execution_kind end_execution(const engine::execution& done) override;
  void restart() override;
  engine::search_coverage coverage() const override { return {.every_trace = true}; }

 protected:
  // Prefixes of one key are gone on from once.
  virtual std::uint64_t key_of_prefix(const engine::execution& so_far) {
    return hash_.of(so_far, so_far.size());
  }

 private:
  struct node {
    std::vector<engine::thread_id> untried;  // threads to run here, the current one last
    std::uint16_t alternative = 0;
    std::uint16_t offered = 1;
  };

  bool skips_;
  bool begun_ = false;
  std::vector<node> path_;
  trace_hash hash_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace norn::reference
