// Checkpoints of `norn check`: a run that is stopped at any moment goes on to the same results, and what is no
// checkpoint of this run is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include <norn/cli/checkpoint.hpp>
#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/specs/kit/check.hpp>
#include <norn/tests/cli/command.hpp>
#include <norn/tests/temporary_folder.hpp>

namespace norn::test {

using namespace engine;
namespace {

using nlohmann::json;
using testing::HasSubstr;

int interrupted_at = 0;  // this execution; 0: not at all
int executions = 0;

// 6 x 5 x 4 executions; the last one but nine violates.
void numbered() {
  if (++executions == interrupted_at) std::raise(SIGTERM);
  const auto a = norn::choose(6);
  const auto b = norn::choose(5);
  const auto c = norn::choose(4);
  norn::require("never_late", a * 20 + b * 4 + c != 110);
  norn::require("always_small", a < 6);
}

const norn::register_search numbered_1thread{
    {.protocol = "wrong",
     .variant = "numbered",
     .deployment = "1thread",
     .body = numbered,
     .expects = {{"never_late", conclusion::violated}, {"always_small", conclusion::holds}}}};

std::string file(const std::string& name) {
  static const temporary_folder folder;
  return folder / name;
}

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

outcome check(std::vector<std::string> more) {
  std::vector<std::string> words = {"check", "wrong/numbered"};
  words.insert(words.end(), more.begin(), more.end());
  executions = 0;
  const outcome o = norn(words);
  interrupted_at = 0;
  return o;
}

// A run that was stopped in execution 50, and what it would have printed.
std::string stopped_run(const std::string& name) {
  const std::string path = file(name);
  interrupted_at = 50;
  const outcome o = check({"--checkpoint", path, "--jobs=1"});
  EXPECT_EQ(o.code, 130);
  EXPECT_THAT(o.out, HasSubstr("go on with:  "));
  EXPECT_THAT(o.out, HasSubstr("check --resume"));
  return path;
}

TEST(Checkpoint, AStoppedRunGoesOnToTheSameResults) {
  const outcome whole = check({"--jobs=1"});
  const std::string path = stopped_run("stopped.checkpoint");
  const outcome rest = norn({"check", "--resume", path, "--jobs=1"});
  EXPECT_EQ(rest.code, whole.code);
  EXPECT_EQ(without_times(rest.out), without_times(whole.out));
  // Once it is over it is told again.
  const outcome again = norn({"check", "--resume", path});
  EXPECT_EQ(without_times(again.out), without_times(whole.out));
}

TEST(Checkpoint, IsThereFromTheStart) {
  const std::string path = file("start.checkpoint");
  interrupted_at = 1;
  check({"--checkpoint", path});
  const checkpoint read = read_checkpoint(path, "--resume");
  EXPECT_EQ(read.subject.checks.size(), 2u);
}

TEST(Checkpoint, OfARunThatWasKilledAtAnyMoment) {
  const outcome whole = check({"--jobs=1"});
  for (int i = 0; i < 100; ++i) {
    const std::string path = file("killed.checkpoint");
    ::unlink(path.c_str());
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      explore_options options;
      options.name = "wrong/numbered@1thread";
      options.properties = {"never_late", "always_small"};
      options.save_every = std::chrono::milliseconds(0);
      checkpoint begun;
      begun.subject.patterns = {"wrong/numbered"};
      begun.subject.checks = {"wrong/numbered@1thread:never_late",
                              "wrong/numbered@1thread:always_small"};
      checkpoint_writer writer(output(path, "--checkpoint"), begun);
      options.save = [&](const saved_search& as) { writer.save(options.name, as); };
      for (;;) explore(numbered, options);
    }
    // Once the first is there, whatever it is at.
    while (contents(path).empty()) std::this_thread::sleep_for(std::chrono::microseconds(200));
    std::this_thread::sleep_for(std::chrono::microseconds(150 * i));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    const outcome rest = norn({"check", "--resume", path, "--jobs=1"});
    EXPECT_EQ(without_times(rest.out), without_times(whole.out)) << rest.error;
    EXPECT_EQ(rest.code, whole.code);
  }
}

TEST(Checkpoint, RefusesWhatIsNone) {
  EXPECT_THAT(check({"--resume", file("none.checkpoint")}).error, HasSubstr("cannot be read"));
  const std::string path = stopped_run("refused.checkpoint");
  const std::string text = contents(path);
  std::ofstream(path) << text.substr(0, text.size() / 2);
  const outcome truncated = check({"--resume", path});
  EXPECT_EQ(truncated.code, 2);
  EXPECT_THAT(truncated.error, HasSubstr("is no checkpoint, or not the whole of one"));
  json other = json::parse(text);
  other["content"]["checks"][0] = "another";
  std::ofstream(path) << other.dump();
  EXPECT_THAT(check({"--resume", path}).error, HasSubstr("is damaged"));
  std::ofstream(path) << "{}";
  EXPECT_THAT(check({"--resume", path}).error, HasSubstr("is no checkpoint"));
}

TEST(Checkpoint, RefusesAnotherConfiguration) {
  const std::string path = stopped_run("configured.checkpoint");
  const outcome depth = check({"--resume", path, "--depth", "7"});
  EXPECT_EQ(depth.code, 2);
  EXPECT_THAT(depth.error, HasSubstr("the run had no --depth, and now it has --depth 7"));
  const outcome budget = check({"--resume", path, "--executions", "7"});
  EXPECT_THAT(budget.error, HasSubstr("--executions 7"));
  const outcome checks = norn({"check", "wrong/pressed", "--resume", path});
  EXPECT_THAT(checks.error, HasSubstr("other checks than the patterns name now"));
  // What had been written is still good.
  EXPECT_EQ(norn({"check", "--resume", path}).code, 0);
}

TEST(Checkpoint, RefusesWhatItCannotKeep) {
  EXPECT_THAT(check({"--checkpoint", "-"}).error, HasSubstr("takes a file, not `-`"));
  EXPECT_THAT(check({"--checkpoint", "/nowhere/at/all"}).error, HasSubstr("cannot be written"));
}

TEST(Checkpoint, IsForStrategyExhaustive) {
  const std::string refused =
      " is for strategy exhaustive, and wrong/numbered@1thread is searched by strategy ";
  const std::string advice = ", of which nothing is kept\n  leave out the one or the other";
  const outcome random = check({"--checkpoint", file("x"), "--strategy", "random"});
  EXPECT_EQ(random.code, 2);
  EXPECT_THAT(random.error, HasSubstr("--checkpoint" + refused + "random" + advice));
  const outcome bounded = check({"--checkpoint", file("x"), "--preemptions", "2"});
  EXPECT_EQ(bounded.code, 2);
  EXPECT_THAT(bounded.error, HasSubstr("--checkpoint" + refused + "bounded" + advice));
  // What had been written is still good.
  const std::string path = stopped_run("unbounded.checkpoint");
  EXPECT_THAT(check({"--resume", path, "--preemptions", "0"}).error,
              HasSubstr("--resume" + refused + "bounded" + advice));
  EXPECT_EQ(norn({"check", "--resume", path}).code, 0);
}

TEST(Checkpoint, AFullDiskIsToldBeforeTheSearch) {
  const outcome full = check({"--checkpoint", "/dev/full"});
  EXPECT_EQ(full.code, 2);
  EXPECT_THAT(full.error, HasSubstr("/dev/full cannot be written: No space left on device"));
}

// The run goes on, what was saved last stays, and it is told once.
TEST(Checkpoint, ThatCanNoLongerBeWritten) {
  namespace fs = std::filesystem;
  const fs::path folder = file("checkpoints");
  const fs::path elsewhere = file("checkpoints-elsewhere");
  fs::create_directory(folder);
  checkpoint_writer writer(output((folder / "run").string(), "--checkpoint"), checkpoint{});
  saved_search as;
  writer.save("first", as);
  const std::string last = contents(folder / "run");
  fs::rename(folder, elsewhere);
  testing::internal::CaptureStderr();
  writer.save("second", as);
  writer.save("third", as);
  const std::string printed = testing::internal::GetCapturedStderr();
  const std::string why = "cannot be written: No such file or directory";
  EXPECT_THAT(printed, HasSubstr(why));
  EXPECT_EQ(printed.find(why), printed.rfind(why)) << printed;
  EXPECT_EQ(contents(elsewhere / "run"), last);
  fs::rename(elsewhere, folder);
  writer.save("fourth", as);
  const checkpoint read = read_checkpoint((folder / "run").string(), "--resume");
  EXPECT_EQ(read.searches.size(), 4u);
}

}  // namespace
}  // namespace norn::test
