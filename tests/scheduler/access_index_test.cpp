// The index of accesses against the definition of a conflict, and the images of texts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/trace/access_index.hpp>

#include "../reference/compare.hpp"

namespace norn::engine {
namespace {

access draw(random_source& random) {
  const auto first = random.below(60);
  // Mostly keys, some intervals, and a few that reach as far as they can.
  const auto length = random.below(3) == 0 ? random.below(8) : 0;
  const region where =
      random.below(40) == 0 ? region{first, UINT64_MAX} : region{first, first + length};
  return {object_slot(random.below(3)), access_mode(random.below(3)),
          static_cast<std::uint8_t>(random.below(3)), where};
}

// Reads and updates of one class are the rule: among many accesses of any mode some would conflict nearly always.
std::vector<access> draw_accesses(random_source& random) {
  std::vector<access> drawn(1 + random.below(40));
  const auto likely = access_mode(random.below(3));
  for (access& a : drawn) {
    a = draw(random);
    if (random.below(20) != 0) a.mode = likely;
    if (random.below(20) != 0) a.update_class = 1;
  }
  return drawn;
}

TEST(AccessIndex, AgreesWithTheDefinitionOfAConflict) {
  random_source random(reference::from_environment("NORN_SEED", 1));
  std::size_t conflicts = 0;
  std::size_t none = 0;
  std::size_t indexed_pairs = 0;
  for (int n = 0; n < 20'000; ++n) {
    const std::vector<access> some = draw_accesses(random);
    const std::vector<access> others = draw_accesses(random);
    const auto first = std::find_if(some.begin(), some.end(), [&](const access& a) {
      return std::any_of(others.begin(), others.end(),
                         [&](const access& b) { return dependent(a, b); });
    });
    ASSERT_EQ(first_dependent(some, others),
              static_cast<std::size_t>(std::distance(some.begin(), first)));
    access_index index;
    for (const access& b : others) index.add(index_of(b.object), b);
    index.seal();
    for (const access& a : some) {
      const bool expected = std::any_of(others.begin(), others.end(),
                                        [&](const access& b) { return dependent(a, b); });
      ASSERT_EQ(index.conflicts(index_of(a.object), a), expected);
      ++(expected ? conflicts : none);
    }
    if (some.size() * others.size() > 256) ++indexed_pairs;
  }
  EXPECT_GT(conflicts, 10'000U);
  EXPECT_GT(none, 10'000U);
  EXPECT_GT(indexed_pairs, 1'000U);
}

TEST(KeyImage, KeepsTheOrderOfBytes) {
  random_source random(reference::from_environment("NORN_SEED", 1));
  const auto text = [&] {
    std::string drawn(random.below(11), ' ');
    for (char& c : drawn) c = "\0a\x7f\xff"[random.below(4)];
    return drawn;
  };
  for (int n = 0; n < 20'000; ++n) {
    const std::string a = text();
    const std::string b = text();
    if (a < b) {  // std::string compares bytes as unsigned
      ASSERT_LE(key_image(a), key_image(b));
    }
  }
  EXPECT_EQ(key_image("ab"), 0x6162000000000000U);
  EXPECT_EQ(key_image("abcdefghi"), key_image("abcdefgh"));
}

}  // namespace
}  // namespace norn::engine
