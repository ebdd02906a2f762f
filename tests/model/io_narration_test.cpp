// What a step changed in a file is told as a difference that fits on a line.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <norn/model/io/file.hpp>
#include <norn/model/io/narrate.hpp>
#include <norn/model/property.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn::io {
namespace {

using lines = std::vector<std::string>;

TEST(Difference, ShowsShortContentsWhole) {
  EXPECT_EQ(difference("", "[]"), R"("" → "[]")");
  EXPECT_EQ(difference("[]", R"([{"id":"REV-001"}])"), R"("[]" → "[{"id":"REV-001"}]")");
  EXPECT_EQ(difference("a\n", "a\tb"), R"("a\n" → "a\x09b")");
}

TEST(Difference, SaysThatNothingChanged) {
  EXPECT_EQ(difference("[]", "[]"), R"("[]", rewritten as it was)");
}

// Of what is common at the beginning and at the end, six bytes stay.
TEST(Difference, LeavesOutWhatIsCommon) {
  EXPECT_EQ(difference(R"([{"id":"REV-001"}])", R"([{"id":"REV-001"},{"id":"REV-002"}])"),
            R"("…-001"}]" → "…-001"},{"id":"REV-002"}]")");
  const std::string before(1000, 'x');
  EXPECT_EQ(difference(before + "1" + before, before + "2" + before),
            R"("…xxxxxx1xxxxxx…" → "…xxxxxx2xxxxxx…")");
  EXPECT_EQ(difference(before, before + "x"), R"("…xxxxxx" → "…xxxxxxx")");
}

// What is still too long loses its middle, so that both ends can be told apart: of 44 bytes in all, the
// longer side has what the other one leaves, at least half.
TEST(Difference, ShortensWhatHasNothingInCommon) {
  EXPECT_EQ(difference("", "A" + std::string(100, '-') + "Z"),
            "\"\" → \"A" + std::string(28, '-') + "…" + std::string(13, '-') + "Z\"");
  EXPECT_EQ(
      difference("B" + std::string(100, '-') + "Y", "A" + std::string(100, '-') + "Z"),
      "\"B" + std::string(13, '-') + "…------Y\" → \"A" + std::string(13, '-') + "…------Z\"");
}

TEST(Difference, TakesNoCharacterApart) {
  std::string euros;
  for (int i = 0; i < 20; ++i) euros += "€";
  EXPECT_EQ(difference(euros + "1", euros + "2"), R"("…€€1" → "…€€2")");
  EXPECT_EQ(difference("1" + euros, "2" + euros), R"("1€€…" → "2€€…")");
  // Of 40 characters of three bytes, 20 are shown.
  EXPECT_EQ(shown_bytes(euros + euros).size(), 60 + std::string("\"…\"").size());
}

TEST(Changes, TellWhatFilesHeldBeforeAndAfter) {
  const search_result found = explore(
      [] {
        write_file("f", "[1]").value();
        write_file("g", "[2]").value();
        rename("g", "f").value();
        truncate("f", 1).value();
        rename("f", "h").value();
        require("seen", false);
      },
      {});
  lines changes;
  for (const trace_step& s : found.properties.at(0).counterexample.value().steps) {
    if (!s.changes.empty()) changes.push_back(s.changes);
  }
  EXPECT_EQ(changes, (lines{"f created", R"(f: "" → "[1]")", "g created", R"(g: "" → "[2]")",
                            R"(g removed; f: "[1]" → "[2]")", R"(f: "[2]" → "[")",
                            R"(f removed; h: none → "[")"}));
}

}  // namespace
}  // namespace norn::io
