#include <norn/report/display.hpp>

#include <gtest/gtest.h>

namespace norn {
namespace {

using lines = std::vector<std::string>;

TEST(Display, KeepsAnArrowWithWhatItLeadsTo) {
  EXPECT_EQ(wrapped("load total → 0", 13), (std::vector<std::string>{"load total", "→ 0"}));
  EXPECT_EQ(wrapped("→ somewhere else", 12), (std::vector<std::string>{"→ somewhere", "else"}));
}

TEST(Display, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("total"), 5u);
  EXPECT_EQ(display_width("◀ 0→1"), 5u);
  EXPECT_EQ(display_width("größe"), 5u);
  EXPECT_EQ(display_width("e\u0301"), 1u);  // a letter and a combining accent
  EXPECT_EQ(display_width("票据"), 4u);     // wide characters take two
}

TEST(Display, PadsToColumns) {
  EXPECT_EQ(padded("→", 3), "→  ");
  EXPECT_EQ(padded("票", 3), "票 ");
  EXPECT_EQ(padded("longer", 3), "longer");
}

TEST(Display, BreaksAtSpacesOrWhereItMust) {
  EXPECT_EQ(wrapped("", 10), (lines{""}));
  EXPECT_EQ(wrapped("one two three", 7), (lines{"one two", "three"}));
  EXPECT_EQ(wrapped("one two three", 8), (lines{"one two", "three"}));
  EXPECT_EQ(wrapped("abcdefgh", 3), (lines{"abc", "def", "gh"}));
  EXPECT_EQ(wrapped("票据票据", 5), (lines{"票据", "票据"}));
}

TEST(Display, WritesControlCharactersOut) {
  EXPECT_EQ(printable("a\tb\n\x1b[31m"), "a\\tb\\n\\x1b[31m");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // CSI, as a control character of Latin-1
  EXPECT_EQ(printable("größe"), "größe");
}

TEST(Display, WritesBytesThatAreNotUtf8Out) {
  EXPECT_EQ(printable("\xff|\xc3"), "\\xff|\\xc3");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
}

TEST(Display, TakesLinesApart) {
  EXPECT_EQ(printable_lines("one\n  two\n"), (lines{"one", "  two"}));
  EXPECT_EQ(printable_lines(""), (lines{""}));
}

}  // namespace
}  // namespace norn
