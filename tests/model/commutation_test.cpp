// Each pair of operations of each model of synchronisation, against the rule of commutation.
// NORN_PROGRAMS=N sets how many programs each test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

#include "../reference/compare.hpp"
#include "worlds.hpp"

namespace norn::reference {

using namespace engine;
namespace {

template <class World>
commutation_tally check(std::size_t threads, std::size_t operations_each, std::size_t by_default) {
  // Never fewer than by default: fewer do not meet both kinds of pairs often enough.
  const auto programs =
      std::max<std::uint64_t>(from_environment("NORN_PROGRAMS", by_default), by_default);
  const commutation_tally tally =
      check_commutation(subject<World>(), threads, operations_each, programs);
  EXPECT_EQ(tally.broken, "");
  // The test is worth something only if it met both kinds of pairs.
  EXPECT_GT(tally.independent, 100u);
  EXPECT_GT(tally.pairs - tally.independent, 100u);
  return tally;
}

TEST(Commutation, ExclusiveMutexes) { check<exclusive_world>(3, 4, 300); }

TEST(Commutation, SharedMutex) { check<shared_world>(3, 4, 300); }

TEST(Commutation, ConditionVariables) { check<condition_world>(3, 3, 200); }

TEST(Commutation, SemaphoreLatchBarrierCallOnce) { check<counting_world>(3, 4, 300); }

TEST(Commutation, Atomics) { check<atomic_world>(3, 4, 300); }

TEST(Commutation, Clock) { check<clock_world>(3, 3, 100); }

// The harness finds out a model that breaks the rule: each of these is one mistake away from right.
struct mistaken_world {
  static constexpr int operations = 2;
  static int mistake;

  object count{"count"};
  object other{"other"};
  int value = 0;

  std::string perform(int operation) {
    static constexpr operation_kind change{"change"};
    static constexpr operation_kind look{"look"};
    point p{operation == 0 ? change : look, count, source_location{}};
    if (operation == 0) {
      if (mistake == 0) p.read(count);       // a change that claims to be a read
      if (mistake == 1) p.update(count, 1);  // an update that looks at what it changes
      if (mistake == 2) p.write(value % 2 == 0 ? count : other);  // the wrong object at times
      ++value;
      return mistake == 1 ? text(value) : nothing;
    }
    p.read(count);
    return text(value);
  }
};
int mistaken_world::mistake = 0;

TEST(Commutation, FindsAModelThatBreaksTheRule) {
  for (mistaken_world::mistake = 0; mistaken_world::mistake < 3; ++mistaken_world::mistake) {
    EXPECT_NE(check_commutation(subject<mistaken_world>(), 2, 3, 100).broken, "")
        << "mistake " << mistaken_world::mistake;
  }
}

}  // namespace
}  // namespace norn::reference
