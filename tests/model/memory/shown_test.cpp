// What a trace shows of a value.
#include <gtest/gtest.h>

#include <norn/model/memory/shown.hpp>

namespace norn::detail {
namespace {

enum class colour { red, green };
struct opaque {};

TEST(Shown, IsTheSameInEveryRun) {
  int here = 0;
  EXPECT_EQ(shown(&here), "a pointer");
  EXPECT_EQ(shown(static_cast<void*>(&here)), "a pointer");
  EXPECT_EQ(shown(static_cast<int*>(nullptr)), "nullptr");
  EXPECT_EQ(shown(nullptr), "nullptr");
}

TEST(Shown, IsTheValueWhereFmtCanPrintIt) {
  EXPECT_EQ(shown(42), "42");
  EXPECT_EQ(shown(true), "true");
  EXPECT_EQ(shown(std::string("text")), "text");
  EXPECT_EQ(shown(colour::green), "1");
  EXPECT_EQ(shown(opaque{}), "…");
  EXPECT_FALSE(is_shown<opaque>);
  EXPECT_TRUE(is_shown<colour>);
}

}  // namespace
}  // namespace norn::detail
