#include <norn/scheduler/explore/token.hpp>

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace norn {

using namespace engine;
namespace {

// main, main, worker/0 taking its second alternative and then the first, main.
token sample(const std::string& check = "store/fixed@2thread:final_count") {
  return {.check = check,
          .schedule = {{thread_id{0}, 0, 0},
                       {thread_id{0}, 0, 0},
                       {thread_id{1}, 1, 0},
                       {thread_id{1}, 0, 0},
                       {thread_id{0}, 0, 0}},
          .fingerprint = {0x0123456789abcdef, {0xa1, 0xa2, 0xa3, 0xa4, 0xa5}},
          .depth = 10'000};
}

std::string error_of(const std::string& text) {
  const auto decoded = decode(text);
  const auto* error = std::get_if<token_error>(&decoded);
  return error == nullptr ? "accepted" : error->message;
}

void expect_round_trip(const token& t) {
  const auto decoded = decode(encode(t));
  ASSERT_TRUE(std::holds_alternative<token>(decoded)) << error_of(encode(t));
  const token& back = std::get<token>(decoded);
  EXPECT_EQ(back.check, t.check);
  EXPECT_EQ(back.schedule, t.schedule);
  EXPECT_EQ(back.fingerprint, t.fingerprint);
  EXPECT_EQ(back.depth, t.depth);
}

// layout 1, 24 bytes: depth 10,000 = 90 4e, fingerprint, 5 marks = 05 a1 ..., run of 2 by thread 0 =
// 00 01, run of 2 by thread 1 that chooses = 03 01 01 00, run of 1 by thread 0 = 00 00; the checksum is
// that of Python's zlib.crc32 over the name and these bytes.
TEST(Token, IsWrittenAsDocumented) {
  EXPECT_EQ(encode(sample("a:b")), "v1:a:b:ARiQTu_Nq4lnRSMBBaGio6SlAAEDAQEAAAAEd9vs");
}

TEST(Token, ComesBackWhole) {
  expect_round_trip(sample());
  expect_round_trip({});
  token wide = sample();
  for (unsigned i = 0; i < 1'000; ++i) {
    wide.schedule.push_back({thread_id(i * 65), static_cast<std::uint16_t>(i * 64), 0});
  }
  expect_round_trip(wide);
}

TEST(Token, TakesAnyName) {
  for (const char* name : {"", ":", "a:b:c", "Suite.Name", "with spaces, and 'quotes'", "größe"}) {
    expect_round_trip(sample(name));
  }
}

TEST(Token, DoesNotCarryTheChecksOfSteps) {
  token t = sample();
  for (step& s : t.schedule) s.check = 7;
  EXPECT_EQ(encode(t), encode(sample()));
}

// The checksum fits: layout 1, depth 10,000, no marks, a run of 1 by thread 0, a run of 2^64 by thread 1.
TEST(Token, RefusesARunThatNoMemoryHolds) {
  EXPECT_EQ(error_of("v1:a:b:ARiQTgAAAAAAAAAAAAAAAv___________wGEmBmP"),
            "the replay token was changed since it was written: its schedule cannot be read.\n"
            "  copy it again from the report; nothing of it may be edited, not even the name.");
}

// 10,000 steps have 63 marks. 83 bytes: layout and length, 2 of the depth, 8 + 1 + 63 of the
// fingerprint, 1 + 2 of the run, 4 of the checksum; in base64url 111 characters.
TEST(Token, IsShortWhereThreadsGoOn) {
  token t = sample("n");
  t.schedule.assign(10'000, {thread_id{0}, 0, 7});
  t.fingerprint = fingerprint_of(t.schedule);
  EXPECT_EQ(encode(t).size(), std::string("v1:n:").size() + 111);
}

TEST(Token, RefusesWhatIsNone) {
  for (const char* text : {"", "v", "v:", "store/fixed@2thread", "V1:a:AAAA", "vx:a:AAAA"}) {
    EXPECT_EQ(
        error_of(text),
        "`" + std::string(text) +
            "` is not a replay token: a token reads v1:<check name>:<base64url>.\n"
            "  copy it whole from the `replay:` line of a report, in quotes if it has spaces.");
    EXPECT_FALSE(looks_like_token(text));
  }
}

TEST(Token, RefusesAnotherVersion) {
  EXPECT_EQ(
      error_of("v2:a:AAAA"),
      "the replay token is of version 2; this norn reads version 1.\n"
      "  replay it with the norn that wrote it, or search again with this one to get a new token.");
  EXPECT_TRUE(looks_like_token("v2:a:AAAA"));
}

// Cut anywhere, it is refused as cut: after the last colon by its length, before it by its shape.
TEST(Token, RefusesEveryTruncation) {
  const std::string whole = encode(sample());
  const std::string advice = "  copy it whole, from `v1:` to the end of the line of the report.";
  for (std::size_t length = 3; length < whole.size(); ++length) {
    const std::string message = error_of(whole.substr(0, length));
    EXPECT_EQ(message.rfind("the replay token is truncated", 0), 0u) << length << ": " << message;
    EXPECT_NE(message.find(advice), std::string::npos);
  }
  EXPECT_EQ(error_of(whole.substr(0, whole.size() - 2)),
            "the replay token is truncated: it ends within its schedule.\n" + advice);
  EXPECT_EQ(error_of(whole.substr(0, whole.rfind(':') + 1)),
            "the replay token is truncated: it ends before its schedule.\n" + advice);
  EXPECT_EQ(error_of("v1:store"),
            "the replay token is truncated: it ends within the name of its check.\n" + advice);
}

// Every character but those of "v1:", changed to every other of the alphabet: a longer length reads
// as truncation, all else as a change.
TEST(Token, RefusesEveryChangeOfOneCharacter) {
  const std::string whole = encode(sample());
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:";
  for (std::size_t i = 3; i < whole.size(); ++i) {
    for (const char c : alphabet) {
      if (c == whole[i]) continue;
      std::string changed = whole;
      changed[i] = c;
      EXPECT_NE(error_of(changed), "accepted") << changed;
    }
  }
}

TEST(Token, SaysThatItWasChanged) {
  std::string moved = encode(sample());
  moved.replace(moved.find("fixed"), 5, "buggy");
  EXPECT_EQ(error_of(moved),
            "the replay token was changed since it was written: its checksum does not fit.\n"
            "  copy it again from the report; nothing of it may be edited, not even the name.");
  EXPECT_EQ(error_of(encode(sample()) + "AAAA"),
            "the replay token was changed since it was written: more text follows its end.\n"
            "  copy it again from the report; nothing of it may be edited, not even the name.");
  EXPECT_EQ(
      error_of("v1:a:not base64url"),
      "the replay token is truncated or was changed: what follows its last colon is no schedule.\n"
      "  copy it whole, from `v1:` to the end of the line of the report.");
}

}  // namespace
}  // namespace norn
