// `norn replay`, `explain` and `report`: a schedule that reproduces, and every way not to.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include <norn/cli/output.hpp>
#include <norn/scheduler/base/bad_input.hpp>
#include <norn/scheduler/explore/token.hpp>
#include <norn/tests/cli/command.hpp>

namespace norn::test {

using namespace engine;
namespace {

using nlohmann::json;

constexpr const char* split_check = "tally/split@2thread:counts_both";

json found() { return json::parse(norn({"check", "--json", "-", split_check}).out); }

std::string found_token() { return found()["checks"][0]["schedule"]; }

void expect_refused(const std::vector<std::string>& arguments, const std::string& message) {
  const outcome o = norn(arguments);
  EXPECT_EQ(o.code, 2);
  EXPECT_EQ(o.out, "");
  EXPECT_EQ(o.error, "norn: " + message + "\n");
}

// The spawn, a load and a store of each adder, the join, and the load that finds out.
TEST(Replay, ShowsTheTraceThatCheckShowed) {
  const outcome o = norn({"replay", found_token()});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.error, "");
  EXPECT_EQ(o.out.rfind("VIOLATED  tally/split@2thread:counts_both    total is not 2\n"
                        "7 steps, ",
                        0),
            0u)
      << o.out;
  const std::string checked = norn({"check", split_check}).out;
  const std::size_t columns = o.out.find("  #  main");
  const std::size_t end = o.out.find("replay:");
  ASSERT_NE(columns, std::string::npos);
  EXPECT_NE(checked.find(o.out.substr(columns, end - columns)), std::string::npos) << checked;
}

TEST(Replay, IsTheSameEachTime) {
  const std::string token = found_token();
  EXPECT_EQ(found_token(), token);
  EXPECT_EQ(norn({"replay", token}).out, norn({"replay", token}).out);
}

TEST(Replay, TakesFilesOfCheckAndOfReport) {
  const std::string token = found_token();
  const std::string shown = norn({"replay", token}).out;
  const std::string file = absent_file();
  EXPECT_EQ(norn({"check", "--json", file, split_check}).code, 0);
  EXPECT_EQ(norn({"replay", file}).out, shown);
  const std::string again = absent_file();
  const outcome o = norn({"report", file, "--json", again});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.out, again + " written; `norn replay " + again + "` shows it\n");
  EXPECT_EQ(norn({"replay", again}).out, shown);
  EXPECT_EQ(json::parse(content_of(again))["checks"][0]["counterexample"]["steps"],
            found()["checks"][0]["counterexample"]["steps"]);
}

TEST(Replay, ATokenOfASearchTakesWhateverIsViolated) {
  token t = std::get<token>(decode(found_token()));
  t.check = "tally/split@2thread";
  const outcome o = norn({"replay", encode(t)});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.out.rfind("VIOLATED  tally/split@2thread    total is not 2\n", 0), 0u) << o.out;
}

TEST(Replay, AScheduleThatViolatesNothingAnyMoreIsADifference) {
  token t = std::get<token>(decode(found_token()));
  t.check = "tally/split@2thread:counts_one";
  const outcome o = norn({"replay", encode(t)});
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.error, "the schedule ran to its end, and counts_one is not violated any more.\n");
  EXPECT_EQ(o.out.rfind("NOT VIOLATED  tally/split@2thread:counts_one\n", 0), 0u) << o.out;
}

TEST(Explain, ShowsEveryDetail) {
  const outcome o = norn({"explain", found_token()});
  EXPECT_EQ(o.code, 0);
  EXPECT_NE(o.out.find("\n  1  main\n       does        spawn(adder/0, adder/1)\n"),
            std::string::npos)
      << o.out;
  EXPECT_NE(o.out.find("       changes     0→1\n"), std::string::npos);
}

// --- processes ---

TEST(Report, JsonSaysWhereEachStepRan) {
  const json steps = json::parse(
      norn({"check", "--json", "-", "apart"}).out)["checks"][0]["counterexample"]["steps"];
  ASSERT_EQ(steps.size(), 9u);
  for (const json& step : steps) {
    const std::string thread = step["thread"];
    const bool main = thread == "main";
    EXPECT_EQ(step["process"], main ? "process" : thread == "adder" ? "left" : "right");
    EXPECT_EQ(step["host"], main ? "host" : "web");
  }
}

// Threads of one name are told apart.
TEST(Replay, ShowsProcessesWhereThereIsMoreThanOne) {
  const std::string token =
      json::parse(norn({"check", "--json", "-", "apart"}).out)["checks"][0]["schedule"];
  const std::string columns = norn({"replay", token}, {"COLUMNS=160"}).out;
  EXPECT_NE(columns.find("adder (left on web)"), std::string::npos) << columns;
  EXPECT_NE(columns.find("adder#2 (right on web)"), std::string::npos);
  EXPECT_NE(columns.find("spawn(adder#2)"), std::string::npos);
  const std::string full = norn({"explain", token}).out;
  EXPECT_NE(full.find("\n  1  main (process on host)\n"), std::string::npos) << full;
  EXPECT_NE(full.find("  adder#2 (right on web)\n"), std::string::npos);
  EXPECT_EQ(norn({"replay", found_token()}).out.find("process"), std::string::npos);
}

// --- refused ---

TEST(Replay, RefusesATokenOfAChangedModel) {
  token t = std::get<token>(decode(found_token()));
  t.check = "tally/whole@2thread:counts_both";
  const outcome o = norn({"replay", encode(t)});
  EXPECT_EQ(o.code, 2);
  EXPECT_EQ(o.out, "");
  // Main makes both adders in one step; the first step of an adder is a load here, an addition there.
  EXPECT_EQ(o.error,
            "norn: the token does not fit this check, and nothing else was run.\n"
            "  step 2: expected another operation or object, came fetch_add total, of adder/0\n"
            "  likely the check, the code under test or norn changed since the token was written: "
            "search again for a new one.\n");
}

// The schedule fits, up to where the predicate misuses the model.
TEST(Replay, ATokenThatLeadsToMisuseOfTheModelIsNotRefused) {
  token t = std::get<token>(decode(found_token()));
  t.check = "wrong/misused@2thread:counts_both";
  for (const char* command : {"replay", "explain"}) {
    const outcome o = norn({command, encode(t)});
    EXPECT_EQ(o.code, 4);
    EXPECT_EQ(o.error, "");
    EXPECT_EQ(
        o.out.rfind("MISUSE  wrong/misused@2thread:counts_both\n"
                    "  an operation (exchange) inside the predicate of always(\"looks_only\")",
                    0),
        0u)
        << o.out;
  }
  const std::string file = absent_file();
  EXPECT_EQ(norn({"report", encode(t), "--json", file}).code, 4);
  EXPECT_EQ(json::parse(content_of(file))["checks"][0]["verdict"], "misuse");
}

TEST(Replay, RefusesATokenOfAnUnknownCheck) {
  token t = std::get<token>(decode(found_token()));
  t.check = "tally/splt@2thread:counts_both";
  const outcome o = norn({"replay", encode(t)});
  EXPECT_EQ(o.code, 2);
  EXPECT_EQ(o.error,
            "norn: the token is of tally/splt@2thread:counts_both, and this command has no such "
            "check; did you mean tally/split@2thread:counts_both or "
            "tally/split@2thread:counts_one or tally/whole@2thread:counts_both?\n"
            "  `list` shows every check; a token of a GoogleTest test (Suite.Name) is run by the "
            "executable of the test, with --norn_replay=TOKEN.\n");
}

TEST(Replay, RefusesATruncatedTamperedOrForeignToken) {
  const std::string token = found_token();
  expect_refused({"replay", token.substr(0, token.size() - 4)},
                 "the replay token is truncated: it ends within its schedule.\n"
                 "  copy it whole, from `v1:` to the end of the line of the report.");
  std::string tampered = token;
  tampered.replace(tampered.find("split"), 5, "whole");
  expect_refused(
      {"replay", tampered},
      "the replay token was changed since it was written: its checksum does not fit.\n"
      "  copy it again from the report; nothing of it may be edited, not even the name.");
  expect_refused(
      {"explain", "v2" + token.substr(2)},
      "the replay token is of version 2; this norn reads version 1.\n"
      "  replay it with the norn that wrote it, or search again with this one to get a new token.");
}

// As a crash leaves it.
TEST(Replay, TakesAFileOfATokenAlone) {
  const std::string token = found_token();
  const std::string shown = norn({"replay", token}).out;
  for (const std::string end : {"", "\n", "\r\n"}) {
    EXPECT_EQ(norn({"replay", file_with(token + end)}).out, shown);
  }
  expect_refused({"replay", file_with(token.substr(0, token.size() - 2) + "\n")},
                 "the replay token is truncated: it ends within its schedule.\n"
                 "  copy it whole, from `v1:` to the end of the line of the report.");
}

TEST(Replay, RefusesFilesThatItCannotUse) {
  const std::string absent = absent_file();
  const std::string neither =
      "` is neither a replay token (v1:<check name>:<base64url>) nor a file that can be read: ";
  expect_refused({"replay", absent}, "`" + absent + neither + "No such file or directory");
  expect_refused({"replay", "/"}, "`/" + neither + "Is a directory");
  for (const char* content : {"", "VIOLATED"}) {
    const std::string text = file_with(content);
    expect_refused({"replay", text},
                   text +
                       " is not JSON.\n"
                       "  replay takes a file that `report --json` or `check --json` wrote.");
  }
  const std::string none = file_with(R"({"schema": 1, "checks": []})");
  expect_refused({"replay", none}, none + " holds no counterexample: there is nothing to replay");
  const std::string two =
      file_with(R"({"schema": 1, "checks": [{"schedule": "v1:a:AA"}, {"schedule": "v1:b:AA"}]})");
  expect_refused({"replay", two}, two +
                                      " holds 2 counterexamples; give the token of one of them:\n"
                                      "  v1:a:AA\n"
                                      "  v1:b:AA");
}

TEST(Replay, RefusesWrongArguments) {
  expect_refused({"replay"}, "replay takes a replay token or a file with one");
  expect_refused({"report", found_token()}, "report takes --json FILE or --mermaid FILE, or both");
  expect_refused({"report", found_token(), "--json", "-", "--mermaid", "-"},
                 "--json and --mermaid both name -: give each a file of its own");
  expect_refused({"replay", "a", "b"}, "replay takes no further argument, and got `b`");
  const std::string token = found_token();
  expect_refused({"replay", token, "--break-at", "0"},
                 "--break-at takes a step, a whole number from 1, not `0`");
  expect_refused({"replay", token, "--break-at", "99"},
                 "--break-at takes a step of the schedule, 1 to 7, not 99");
  expect_refused({"replay", token, "--break-at", "3"},
                 "--break-at stops in a debugger, and there is none: run\n"
                 "  gdb --args norn replay --break-at 3 " +
                     token);
}

TEST(Report, FindsAnUnwritableOutput) {
  for (const char* option : {"--json", "--mermaid"}) {
    const std::string file = absent_file() + "/trace";
    expect_refused({"report", found_token(), option, file},
                   std::string(option) + ": " + file +
                       " cannot be written: No such file or directory.\n"
                       "  name a file in a folder that exists and that you may write.");
    expect_refused({"report", found_token(), option, "/dev/full"},
                   std::string(option) +
                       ": /dev/full cannot be written: No space left on device.\n"
                       "  name a file in a folder that exists and that you may write.");
  }
}

TEST(Report, WritesAMermaidDiagram) {
  const std::string token = found_token();
  const std::string file = absent_file();
  const outcome o = norn({"report", token, "--mermaid", file});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.out, file + " written\n");
  const std::string diagram = content_of(file);
  EXPECT_EQ(diagram.rfind("sequenceDiagram\n  title tally/split@2thread:counts_both\n"
                          "  participant t0 as main\n"
                          "  participant t1 as adder/0\n"
                          "  participant t2 as adder/1\n"
                          "  t0->>t0: 1 spawn(adder/0, adder/1)\n",
                          0),
            0u)
      << diagram;
  EXPECT_NE(diagram.find("\n  Note over t0,t2: VIOLATED counts_both<br/>total is not 2\n"),
            std::string::npos);
  EXPECT_EQ(norn({"report", token, "--mermaid", "-"}).out, diagram);
}

// With a report on standard output there is nothing else there.
TEST(Report, WritesBothAtOnce) {
  const std::string token = found_token();
  const std::string file = absent_file();
  const outcome o = norn({"report", token, "--json", "-", "--mermaid", file});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(json::parse(o.out)["checks"][0]["schedule"], token);
  EXPECT_EQ(o.error, file + " written\n");
  EXPECT_EQ(content_of(file), norn({"report", token, "--mermaid", "-"}).out);
}

// A file that is there is replaced, with its permissions and where a link leads, and nothing is left
// beside it.
TEST(Report, ReplacesWhatAFileHeld) {
  namespace fs = std::filesystem;
  const fs::path folder = absent_file();
  fs::create_directory(folder);
  const fs::path file = folder / "trace.mmd";
  const fs::path link = folder / "link.mmd";
  std::ofstream(file) << "old";
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("trace.mmd", link);
  EXPECT_EQ(norn({"report", found_token(), "--mermaid", link.string()}).code, 0);
  EXPECT_EQ(content_of(file.string()).rfind("sequenceDiagram\n", 0), 0u);
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 2);
}

// Larger than a file may be here: what it held is still there.
TEST(Report, KeepsWhatAFileHeldWhereTheReportDoesNotFit) {
  const std::string token = found_token();
  const std::string file = file_with("old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 100;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const output to(file, "--mermaid");
  std::string message;
  try {
    to.write(std::string(1000, 'x'));
  } catch (const bad_input& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(message, "--mermaid: " + file +
                         " cannot be written: File too large.\n"
                         "  name a file in a folder that exists and that you may write.");
  EXPECT_EQ(content_of(file), "old");
}

}  // namespace
}  // namespace norn::test
