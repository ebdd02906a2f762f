// The text of a matrix: what it means, and what is said of one that is wrong.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <norn/scheduler/base/bad_input.hpp>
#include <norn/specs/kit/matrix.hpp>

namespace norn::kit {
namespace {

const vocabulary words{{"buggy", "fixed"},
                       {"reader"},
                       {{"counted", "", nullptr, unless_it_crashes},
                        {"unique", ""},
                        {"durable", "", nullptr, where_it_crashes}}};

// `buggy@2thread: counted unique` for each cell.
std::vector<std::string> cells_of(const std::string& text) {
  std::vector<std::string> told;
  for (const cell& c : parse_matrix(text, words)) {
    std::string& line = told.emplace_back(c.variant + "@" + c.in.name + ":");
    for (const std::string& each : c.violated) line += " " + each;
  }
  return told;
}

TEST(Matrix, HasACellForEachVariantAndDeployment) {
  const std::vector<std::string> expected = {"buggy@1thread:", "buggy@2thread: counted unique",
                                             "buggy@1thread-crash: durable",
                                             "fixed@1thread:", "fixed@1thread-crash:"};
  EXPECT_EQ(cells_of(R"(
         1thread  2thread         1thread-crash
  buggy  holds    counted unique  durable
  fixed  holds    -               holds)"),
            expected);
}

TEST(Matrix, HasWordsForSeveralPropertiesAndForAllThatAreClaimed) {
  const std::vector<std::string> expected = {"buggy@2thread: counted unique",
                                             "fixed@2thread: counted unique",
                                             "buggy@1thread-crash: unique durable"};
  EXPECT_EQ(cells_of(R"(
lost = counted unique

       2thread
buggy  lost
fixed  all

       1thread-crash
buggy  all
)"),
            expected);
}

void expect_refused(const std::string& text, const std::string& why) {
  try {
    parse_matrix(text, words);
    ADD_FAILURE() << "is not refused:\n" << text;
  } catch (const bad_input& e) {
    EXPECT_EQ(e.what(), why);
  }
}

const std::string end = "\nbuggy  holds\nfixed  holds\n";

TEST(Matrix, RefusesUnknownWords) {
  expect_refused("       1thread\nbugy   holds",
                 "line 2, column 1: `bugy` is no variant; accepted: buggy, fixed");
  expect_refused("       1thread\nbuggy  unique lost",
                 "line 2, column 15: `lost` is no property that is claimed in 1thread; accepted: "
                 "holds, -, all, counted, unique");
  expect_refused("lost = counted uniqe",
                 "line 1, column 16: `uniqe` is no property; accepted: counted, unique, durable");
  expect_refused(
      "       1thread  2thred" + end,
      "line 1, column 17: `2thred` in `2thred` is no part of a deployment; accepted: "
      "Nthread, Ntask, loop, Nloop, Npool, Nproc, Nhost, crash, kill, ext4, noauto_da_alloc, "
      "empty, locks, cancel, timed, reader");
}

TEST(Matrix, RefusesAPropertyThatIsNotClaimedThere) {
  expect_refused("       1thread\nbuggy  durable",
                 "line 2, column 8: `durable` is no property that is claimed in 1thread; accepted: "
                 "holds, -, all, counted, unique");
  expect_refused("lost = counted\n\n       1thread-crash\nbuggy  lost",
                 "line 4, column 8: `counted` is no property that is claimed in 1thread-crash; "
                 "accepted: holds, -, all, lost, unique, durable");
}

TEST(Matrix, RefusesWhatIsMissing) {
  expect_refused("", "line 1, column 1: variant `buggy` has no line");
  expect_refused("       1thread\nbuggy  holds\n", "line 3, column 1: variant `fixed` has no line");
  expect_refused("       1thread  2thread\nbuggy  holds",
                 "line 2, column 8: `buggy` has 1 cells, and the table 2 columns");
  expect_refused("       1thread\nbuggy  holds  holds",
                 "line 2, column 15: `buggy` has 2 cells, and the table 1 columns");
  // One space is within a cell: the second is none of its own.
  expect_refused("       1thread  2thread\nbuggy  holds holds",
                 "line 2, column 8: `buggy` has 1 cells, and the table 2 columns");
}

TEST(Matrix, RefusesWhatIsThereTwice) {
  expect_refused("       1thread  1thread" + end,
                 "line 1, column 17: column `1thread` is there twice");
  expect_refused("       1thread\nbuggy  holds\nbuggy  holds",
                 "line 3, column 8: `buggy@1thread` is given twice");
  expect_refused("       1thread" + end + "\n       1thread\nfixed  holds",
                 "line 6, column 8: `fixed@1thread` is given twice");
  expect_refused("       1thread\nbuggy  unique unique",
                 "line 2, column 15: `unique` is named twice");
  expect_refused("       1thread\nbuggy  all unique", "line 2, column 12: `unique` is named twice");
}

TEST(Matrix, RefusesAWordWithAMeaning) {
  for (const char* taken : {"holds", "all", "-", "unique"}) {
    expect_refused(std::string(taken) + " = counted",
                   "line 1, column 1: `" + std::string(taken) + "` has a meaning already");
  }
  expect_refused(" = ", "line 1, column 2: a word is given a meaning by `word = properties`");
  expect_refused("lost = ", "line 1, column 6: a word is given a meaning by `word = properties`");
  expect_refused("lost = counted\nlost = unique", "line 2, column 1: `lost` has a meaning already");
  expect_refused("many words = counted",
                 "line 1, column 6: a word is given a meaning by `word = properties`");
}

}  // namespace
}  // namespace norn::kit
