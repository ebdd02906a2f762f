// What the name of a deployment means.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include <norn/scheduler/base/bad_input.hpp>
#include <norn/specs/kit/deployment.hpp>

namespace norn::kit {
namespace {

deployment parsed(const std::string& name) { return parse_deployment(name, {"reader", "999"}); }

TEST(Deployment, SaysHowManyAndWhere) {
  EXPECT_EQ(parsed("3thread").threads, 3);
  EXPECT_EQ(parsed("3thread").processes, 1);
  const deployment processes = parsed("2proc-4thread");
  EXPECT_EQ(processes.threads, 4);
  EXPECT_EQ(processes.processes, 2);
  EXPECT_EQ(processes.actors(), 8);
  EXPECT_FALSE(processes.on_hosts_of_their_own);
  const deployment hosts = parsed("2host");
  EXPECT_EQ(hosts.processes, 2);
  EXPECT_TRUE(hosts.on_hosts_of_their_own);
  EXPECT_TRUE(hosts.modifiers.empty());
}

TEST(Deployment, OfTenThreadsIsSymmetric) {
  EXPECT_FALSE(parsed("9thread").symmetric());
  EXPECT_TRUE(parsed("10thread").symmetric());
  EXPECT_FALSE(parsed("2proc-10thread").symmetric());
}

TEST(Deployment, OfEventLoopsHasTasks) {
  const auto shape = [](const std::string& name) {
    const deployment d = parsed(name);
    return std::tuple(d.processes, d.loops, d.threads);
  };
  EXPECT_EQ(shape("2thread"), std::tuple(1, 0, 2));
  EXPECT_EQ(shape("loop"), std::tuple(1, 1, 2));
  EXPECT_EQ(shape("3task"), std::tuple(1, 1, 3));
  EXPECT_EQ(shape("2loop"), std::tuple(1, 2, 2));
  EXPECT_EQ(shape("2loop-2task"), std::tuple(1, 2, 4));
  EXPECT_EQ(shape("2proc-loop-cancel"), std::tuple(2, 1, 2));
}

TEST(Deployment, SaysWhatCrashesAndWhatSurvives) {
  EXPECT_FALSE(parsed("1thread").crashes());
  EXPECT_EQ(parsed("1thread-crash").crash, deployment::failing::host);
  EXPECT_EQ(parsed("1thread-kill").crash, deployment::failing::process);
  EXPECT_EQ(parsed("1thread-crash").disk, io::storage::posix);
  EXPECT_EQ(parsed("1thread-crash-ext4").disk, io::storage::ext4);
  EXPECT_EQ(parsed("1thread-crash-noauto_da_alloc").disk, io::storage::ext4_without_auto_da_alloc);
}

// In any order: `999` is no count, since no unit follows.
TEST(Deployment, HasModifiersOfTheProtocol) {
  const deployment d = parsed("999-2thread-reader-empty");
  EXPECT_EQ(d.threads, 2);
  EXPECT_TRUE(d.has("999"));
  EXPECT_TRUE(d.has("reader"));
  EXPECT_TRUE(d.has("empty"));
  EXPECT_FALSE(d.has("2thread"));
}

void expect_refused(const std::string& name, const std::string& why) {
  try {
    parsed(name);
    ADD_FAILURE() << "is not refused: " << name;
  } catch (const bad_input& e) {
    EXPECT_EQ(e.what(), why);
  }
}

TEST(Deployment, RefusesOtherNames) {
  const std::string accepted =
      " is no part of a deployment; accepted: Nthread, Ntask, loop, Nloop, Npool, Nproc, Nhost, "
      "crash, "
      "kill, ext4, "
      "noauto_da_alloc, empty, locks, cancel, timed, reader, 999";
  expect_refused("2thread-readers", "`readers` in `2thread-readers`" + accepted);
  expect_refused("0thread", "`0thread` in `0thread`" + accepted);
  expect_refused("thread", "`thread` in `thread`" + accepted);
  expect_refused("2thread-", "`` in `2thread-`" + accepted);
  expect_refused("9999thread", "`9999thread` in `9999thread`" + accepted);
  expect_refused("reader", "`reader` does not say how many: Nthread, Ntask, loop, Nproc or Nhost");
  expect_refused("2thread-crash-crash", "`crash` comes twice in `2thread-crash-crash`");
  expect_refused("2thread-3thread", "`2thread-3thread` says twice how many threads");
  expect_refused("2thread-crash-kill",
                 "`2thread-crash-kill`: either the host crashes or the process");
  expect_refused("2host-crash", "`2host-crash`: processes on hosts of their own do not crash");
  expect_refused("1thread-kill-ext4",
                 "`1thread-kill-ext4`: what survives a crash of the host needs `crash`");
  expect_refused("2proc-locks", "`2proc-locks`: locks between hosts need `Nhost`");
  expect_refused("2thread-loop", "`2thread-loop`: either threads or tasks of event loops");
  expect_refused("2thread-cancel",
                 "`2thread-cancel`: what is cancelled is a task: `loop` or `Ntask`");
  expect_refused("2thread-2pool",
                 "`2thread-2pool`: a pool of threads is a loop's: `loop` or `Ntask`");
  expect_refused("2proc-2host", "`2proc-2host` says twice how many processes");
}

}  // namespace
}  // namespace norn::kit
