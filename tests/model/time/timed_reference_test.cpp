// The timed strategy against a simulation that lets time pass unit by unit: the same outcomes of random programs.
// NORN_PROGRAMS and NORN_SEED as everywhere (tests/reference/compare.hpp).
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/sync/timed_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/model/time/work.hpp>
#include <norn/scheduler/explore/explorer.hpp>

#include "../../reference/compare.hpp"
#include "../../reference/timed.hpp"

namespace norn {
namespace {

using reference::timed_instruction;
using reference::timed_program;
using kind = timed_instruction::kind;

int draw(std::mt19937_64& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

timed_instruction draw_work(std::mt19937_64& random) {
  const int least = draw(random, 0, 4);
  return {kind::work, least, least + (draw(random, 0, 1) == 0 ? 0 : draw(random, 1, 4))};
}

timed_program draw_program(std::mt19937_64& random) {
  timed_program p(static_cast<std::size_t>(draw(random, 2, 3)));
  for (auto& thread : p) {
    thread.push_back(draw_work(random));
    const int more = p.size() == 2 ? draw(random, 1, 3) : draw(random, 1, 2);
    for (int n = 0; n < more; ++n) {
      const int what = draw(random, 0, 3);
      if (what == 0) thread.push_back({kind::note, 0, 0});
      if (what == 1) thread.push_back(draw_work(random));
      if (what < 2) continue;
      thread.push_back(what == 2 ? timed_instruction{kind::lock, 0, 0}
                                 : timed_instruction{kind::try_lock, draw(random, 1, 5), 0});
      thread.push_back(draw_work(random));
      thread.push_back({kind::unlock, 0, 0});
    }
    thread.push_back({kind::note, 0, 0});
  }
  return p;
}

class run {
 public:
  explicit run(const timed_program& p) : program_(p), in_vain_(p.size()) {}

  std::string outcome() {
    run_concurrently("t", static_cast<int>(program_.size()),
                     [&](int t) { thread(static_cast<std::size_t>(t)); });
    std::string all = noted_;
    for (const std::string& each : in_vain_) all += "|" + each;
    return all;
  }

 private:
  void thread(std::size_t t) {
    const auto& all = program_[t];
    for (std::size_t at = 0; at < all.size(); ++at) {
      const timed_instruction& i = all[at];
      using unit = std::chrono::milliseconds;
      if (i.what == kind::work) work(between(unit(i.least), unit(i.most)));
      if (i.what == kind::lock) mutex_.lock();
      if (i.what == kind::unlock) mutex_.unlock();
      if (i.what == kind::note) {
        turn_.fetch_add(1);
        noted_ += static_cast<char>('a' + t);
      }
      if (i.what == kind::try_lock && !mutex_.try_lock_for(unit(i.least))) {
        in_vain_[t] += 'T';
        at = reference::behind_unlock(all, at) - 1;
      }
    }
  }

  const timed_program& program_;
  timed_mutex mutex_;
  atomic<int> turn_{0};
  std::string noted_;
  std::vector<std::string> in_vain_;
};

TEST(TimedAgainstReference, RandomProgramsComeToTheSame) {
  std::mt19937_64 random(20 + 1000 * reference::from_environment("NORN_SEED", 0));
  std::size_t outcomes = 0;
  std::size_t with_timeouts = 0;
  for (std::uint64_t n = reference::from_environment("NORN_PROGRAMS", 300); n > 0; --n) {
    const timed_program p = draw_program(random);
    std::set<std::string> found;
    explore_options options;
    options.strategy = strategy_kind::timed;
    const search_result searched = explore([&] { found.insert(run(p).outcome()); }, options);
    ASSERT_TRUE(searched.complete) << text_of(p) << searched.misuse.value_or("");
    ASSERT_EQ(found, timed_outcomes(p)) << text_of(p);
    outcomes += found.size();
    for (const std::string& each : found)
      with_timeouts += each.find('T') != std::string::npos ? 1u : 0u;
  }
  std::cout << outcomes << " outcomes, " << with_timeouts << " of them with timeouts\n";
  EXPECT_GT(with_timeouts, 0u);
}

}  // namespace
}  // namespace norn
