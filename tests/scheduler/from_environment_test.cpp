// How many random programs a comparison draws (tests/reference/compare.hpp), as its caller says it. Here, since the
// reference has no executable of its own.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "../reference/compare.hpp"

namespace norn {
namespace {

constexpr const char* name = "NORN_TEST_FROM_ENVIRONMENT";

std::uint64_t programs(const char* text, std::uint64_t by_default) {
  ::setenv(name, text, 1);
  return reference::from_environment(name, by_default);
}

TEST(FromEnvironment, NumberFactorOrPart) {
  ::unsetenv(name);
  EXPECT_EQ(reference::from_environment(name, 300), 300U);
  EXPECT_EQ(programs("20", 300), 20U);
  EXPECT_EQ(programs("10x", 300), 3000U);
  EXPECT_EQ(programs("/20", 300), 15U);
  EXPECT_EQ(programs("/20", 12), 5U);  // never too few for a mean
  EXPECT_EQ(programs("/20", 3), 3U);
}

TEST(FromEnvironment, RefusesWhatIsNone) {
  for (const char* text : {"", "x", "-1", "10y", "/", "/0", "/x", "/10x", "ten"}) {
    EXPECT_THROW(programs(text, 300), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace norn
