// Faults: what a crash of a process takes and what it leaves, where it is tried, restarts, errors of the
// disk, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

search_result searched(const program& body) {
  explore_options options;
  options.name = "faults";
  return explore(body, options);
}

// Every final state that the body comes to; the search is complete and finds nothing wrong.
struct outcomes {
  std::set<std::string> states;
  std::uint64_t executions = 0;
};

outcomes outcomes_of(const std::function<std::string()>& body) {
  outcomes found;
  const search_result result = searched([&] { found.states.insert(body()); });
  EXPECT_EQ(result.misuse.value_or(""), "");
  EXPECT_TRUE(result.complete);
  for (const property_verdict& p : result.properties) {
    EXPECT_NE(p.verdict, conclusion::violated) << p.property << ": " << p.message;
  }
  found.executions = result.stats.executions;
  return found;
}

std::string misuse_of(const program& body) { return searched(body).misuse.value_or("none"); }

TEST(ProcessCrash, ComesBeforeEachStepOfTheProcessAndAfterTheLast) {
  const outcomes found = outcomes_of([] {
    ghost<int> done{0, "done"};
    const process worker{"worker"};
    faults world;
    world.crash(worker);
    atomic<int> outside{0};
    worker.run("work", [&] {
      for (int i = 0; i < 3; ++i) {
        outside.store(i);
        ++done;
      }
    });
    world.cease();
    return std::to_string(done);
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("0", "1", "2", "3"));
  // Before the thread is started, before each of its three steps, after it has ended, and not at all: it
  // strikes after the faults have ceased.
  EXPECT_EQ(found.executions, 6u);
}

TEST(HostCrash, TakesProcessesInAnOrderThatNoInterleavingChanges) {
  const outcomes found = outcomes_of([] {
    const host server{"server"};
    faults world;
    world.crash(server);
    run_concurrently("declares", 2, [&](int i) { process(server, "p" + std::to_string(i)); });
    world.cease();
    return std::string();
  });
  // Before or after each of two declarations, and not at all: it comes after the faults have ceased.
  EXPECT_EQ(found.executions, 5u);
}

TEST(ProcessCrash, CommutesWithStepsOfOtherProcesses) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    faults world;
    world.crash(worker);
    atomic<int> own{0};
    atomic<int> other{0};
    thread bystander("bystander", [&] {
      for (int i = 0; i < 3; ++i) other.store(i);
    });
    worker.run("work", [&] { own.store(1); });
    bystander.join();
    world.cease();
    return std::string();
  });
  // Before the thread is started, before its step, after it, not at all.
  EXPECT_EQ(found.executions, 4u);
}

TEST(ProcessCrash, GivesLocksBackAndKeepsFiles) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    const process other{"other"};
    faults world;
    world.crash(worker);
    thread holder = worker.spawn("holder", [] {
      io::file lock = io::file::open("lock", O_RDWR | O_CREAT).value();
      lock.flock(LOCK_EX).value();
      io::file claim = io::file::open("claim", O_RDWR | O_CREAT | O_EXCL).value();
      claim.write("mine").value();
      lock.flock(LOCK_UN).value();
    });
    holder.join();
    std::string seen;
    other.run("next", [&] {
      io::file lock = io::file::open("lock", O_RDWR | O_CREAT).value();
      lock.flock(LOCK_EX).value();  // never waits for the dead
      seen = io::file::open("claim", O_RDWR | O_CREAT | O_EXCL).ok() ? "fresh"
             : io::read_file("claim").value().empty()                ? "empty"
                                                                     : "written";
    });
    world.cease();
    return seen;
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("fresh", "empty", "written"));
}

TEST(ProcessCrash, WaitersForALockOfTheDeadGoOn) {
  for (const bool by_fcntl : {false, true}) {
    const outcomes found = outcomes_of([&] {
      const process worker{"worker"};
      faults world;
      world.crash(worker);
      const auto take = [&] {
        io::file file = io::file::open("lock", O_RDWR | O_CREAT).value();
        struct flock all {};
        all.l_type = F_WRLCK;
        if (by_fcntl) {
          io::fcntl(file.fd(), F_SETLKW, all).value();
        } else {
          file.flock(LOCK_EX).value();
        }
      };
      ghost<int> taken{0, "taken"};
      thread first = worker.spawn("first", [&] {
        io::file file = io::file::open("lock", O_RDWR | O_CREAT).value();
        take();
        shared_mutex forever;
        forever.lock();
        forever.unlock();
      });
      thread second = process("other").spawn("second", [&] {
        take();
        ++taken;
      });
      first.join();
      second.join();
      world.cease();
      return std::to_string(taken);
    });
    EXPECT_THAT(found.states, UnorderedElementsAre("1"));
  }
}

TEST(ProcessCrash, ThreadsThatWaitWithinItAreNoDeadlock) {
  outcomes_of([] {
    const process worker{"worker"};
    faults world;
    world.crash(worker);
    worker.run("main", [] {
      mutex m;
      condition_variable told;
      bool ready = false;
      thread waiter("waiter", [&] {
        std::unique_lock lock(m);
        told.wait(lock, [&] { return ready; });
      });
      {
        const std::scoped_lock lock(m);
        ready = true;
      }
      told.notify_one();
      waiter.join();
    });
    world.cease();
    return std::string();
  });
}

TEST(ProcessCrash, ReleasesWhatItsStacksOwn) {
  // AddressSanitizer and LeakSanitizer look on: strings of killed threads are freed, and before what they
  // refer to has gone.
  outcomes_of([] {
    std::string shared_text(100, 'x');
    const process worker{"worker"};
    faults world;
    world.crash(worker);
    worker.run("work", [&] {
      struct user {
        std::string& of;
        std::string own = std::string(1000, 'y');
        ~user() { EXPECT_EQ(of.size(), 100u); }
      };
      const user here{shared_text};
      const user there{shared_text};
      io::write_file("a", here.own).value();
    });
    world.cease();
    return std::string();
  });
}

TEST(ProcessCrash, IsFollowedByARestart) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    faults world;
    ghost<int> starts{1, "starts"};
    const auto work = [] {
      if (!io::exists("done")) io::write_file("done", "").value();
    };
    world.crash(worker, 2, [&](const process& again) {
      ++starts;
      again.run("work again", work);
    });
    worker.run("work", work);
    world.cease();
    return std::to_string(starts) + (io::exists("done") ? " done" : " not done");
  });
  // What was started again after the last crash always comes to its end.
  EXPECT_THAT(found.states, UnorderedElementsAre("1 done", "2 done", "3 done"));
}

TEST(ProcessCrash, OfAProcessThatHasEndedDoesNothing) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    faults world;
    ghost<bool> finished{false, "finished"};
    ghost<bool> restarted{false, "started again"};
    world.crash(worker, 1, [&](const process&) { restarted = true; });
    worker.run("work", [&] {
      io::write_file("f", "x").value();
      finished = true;
    });
    world.cease();
    if (finished && io::read_file("f").value() != "x") return std::string("lost");
    return std::string(finished ? "finished" : "killed") + (restarted ? ", started again" : "");
  });
  // Whoever strikes too late takes nothing and starts nothing. And whoever is killed while it closes the
  // file has not finished.
  EXPECT_THAT(found.states, UnorderedElementsAre("finished", "killed, started again"));
}

TEST(ProcessCrash, RunsDestructorsThatChangeNothing) {
  const outcomes found = outcomes_of([] {
    struct publishes {
      ghost<int>& done;
      ~publishes() {
        static_cast<void>(io::rename("tmp", "final"));
        ++done;
      }
    };
    ghost<int> done{0, "done"};
    const process worker{"worker"};
    io::write_file("tmp", "x").value();
    faults world;
    world.crash(worker);
    worker.run("work", [&] {
      const publishes last{done};
      io::exists("tmp");
    });
    world.cease();
    return std::to_string(done) + (io::exists("final") ? " final" : " none");
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("0 none", "1 final"));
}

TEST(ProcessCrash, SparesThreadsThatItHasStartedElsewhere) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    const process other{"other"};
    faults world;
    world.crash(worker);
    ghost<int> steps{0, "steps"};
    std::optional<thread> started;
    worker.run("work", [&] {
      started = other.spawn("helper", [&] {
        for (int i = 0; i < 2; ++i) {
          io::exists("f");
          ++steps;
        }
      });
      io::exists("f");
    });
    if (started) started->join();
    world.cease();
    return std::to_string(steps);
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("0", "2"));
}

TEST(HostCrash, DeclaredOnceMoreSavesNothing) {
  const outcomes found = outcomes_of([] {
    const host server{"server"};
    const auto look = [&] {
      bool there = false;
      process(server, "look").run("look", [&] { there = io::exists("f"); });
      return there ? "there" : "gone";
    };
    {
      faults world;
      world.crash(server);
      process(server, "one").run("work", [] { io::write_file("f", "x").value(); });
      world.cease();
    }
    const std::string before = look();
    faults world;
    world.crash(server);
    process(server, "two").run("work", [] { io::exists("f"); });
    world.cease();
    return before + ", " + look();
  });
  // Between the two nothing strikes; what was written and not synced may still be lost in the second.
  EXPECT_THAT(found.states, UnorderedElementsAre("gone, gone", "there, there", "there, gone"));
}

TEST(HostCrash, LeavesItsClientsWithStaleDescriptors) {
  const outcomes found = outcomes_of([] {
    const host server{"server"};
    const host client{"client"};
    io::mount(client, server, io::network_locks::shared);
    process(server, "setup").run("setup", [] { io::write_file("f", "old").value(); });
    faults world;
    world.crash(server);
    std::string seen;
    process(client, "user").run("work", [&] {
      const io::file f = io::file::open("f", O_WRONLY).value();
      const int error = io::pwrite(f.fd(), "new", 0).error();
      seen = error == ESTALE ? "stale" : error == 0 ? "written" : "?";
    });
    world.cease();
    return seen;
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("stale", "written"));
}

TEST(DiskFaults, AnErrorStrikesOneCall) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    faults world;
    io::may_fail(world, host::current());
    std::string seen;
    worker.run("work", [&] {
      io::file f = io::file::open("f", O_RDWR | O_CREAT).value();
      for (int i = 0; i < 2; ++i) seen += f.write("x").ok() ? "w" : "-";
      seen += f.fsync().error() == EIO ? "-" : "s";
    });
    world.cease();
    return seen;
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("wws", "-ws", "w-s", "ww-"));
}

TEST(DiskFaults, SeveralDeclarationsStrikeEach) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    faults world;
    io::may_fail(world, host::current());
    io::may_fail(world, host::current());
    std::string seen;
    worker.run("work", [&] {
      io::file f = io::file::open("f", O_RDWR | O_CREAT).value();
      for (int i = 0; i < 2; ++i) seen += f.write("x").ok() ? "w" : "-";
    });
    world.cease();
    return seen;
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("ww", "-w", "w-", "--"));
}

TEST(DiskFaults, AFullDiskStaysFull) {
  const outcomes found = outcomes_of([] {
    const process worker{"worker"};
    faults world;
    io::may_fill_up(world, host::current());
    std::string seen;
    worker.run("work", [&] {
      auto opened = io::file::open("f", O_RDWR | O_CREAT);
      seen = opened.ok() ? "o" : "-";
      if (!opened.ok()) return;
      io::file f = std::move(opened).value();
      for (int i = 0; i < 2; ++i) seen += f.write("x").ok() ? "w" : "-";
      seen += io::pwrite(f.fd(), "y", 0).ok() || seen != "oww" ? "" : "-";
      seen += io::mkdir("d").error() == ENOSPC ? "-" : "d";
    });
    world.cease();
    return seen;
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("-", "o---", "ow--", "oww-", "owwd"));
}

TEST(FaultsAreRefused, WithoutABudget) {
  EXPECT_THAT(misuse_of([] {
                const process worker{"worker"};
                faults world;
                world.crash(worker, 0);
              }),
              HasSubstr("crash of worker is declared to strike 0 times"));
  EXPECT_THAT(misuse_of([] {
                const host server{"server"};
                faults world;
                world.crash(server, 0);
              }),
              HasSubstr("crash of server is declared to strike 0 times"));
  EXPECT_THAT(misuse_of([] {
                faults world;
                io::may_fail(world, host::current(), -1);
              }),
              HasSubstr("declared to strike -1 times"));
}

TEST(FaultsAreRefused, OnTheProcessThatChecks) {
  EXPECT_THAT(misuse_of([] {
                faults world;
                world.crash(process::current());
              }),
              HasSubstr("the process of the body is declared to crash"));
}

TEST(FaultsAreRefused, AtMountsThatLeadInACircle) {
  EXPECT_THAT(misuse_of([] { io::mount(host::current(), host::current(), {}); }),
              HasSubstr("cannot serve files to be mounted"));
  EXPECT_THAT(misuse_of([] {
                const host a("a");
                const host b("b");
                io::mount(a, b, {});
                io::mount(b, a, {});
              }),
              HasSubstr("a cannot serve files"));
}

// The exception leaves the body's thread while the environment's still runs.
TEST(Faults, CeaseWhereAnExceptionLeaves) {
  const search_result result = searched([] {
    const process worker{"worker"};
    faults world;
    world.crash(worker);
    worker.run("work", [] { io::exists("f"); });
    throw std::runtime_error("no more");
  });
  EXPECT_EQ(result.misuse.value_or(""), "");
  ASSERT_EQ(result.properties.size(), 1u);
  EXPECT_EQ(result.properties[0].property, "no_uncaught_exception");
}

TEST(Faults, OfOneProcessAndOfItsHost) {
  const outcomes found = outcomes_of([] {
    const host server{"server"};
    const process worker{server, "worker"};
    faults world;
    ghost<std::string> struck{"", "struck"};
    world.crash(worker, 1, [&](const process&) { struck += "p"; });
    world.crash(server, 1, [&](const host&) { struck += "h"; });
    worker.run("work", [&] { io::exists("f"); });
    world.cease();
    return struck.get();
  });
  EXPECT_THAT(found.states, UnorderedElementsAre("", "p", "h", "ph", "hp"));
}

TEST(FaultsAreRefused, AfterThreadsWereStarted) {
  EXPECT_THAT(misuse_of([] {
                const process worker{"worker"};
                thread work = worker.spawn("work", [] { io::exists("f"); });
                faults world;
                world.crash(worker);
                work.join();
              }),
              HasSubstr("declared after threads of it were started"));
}

TEST(FaultsAreRefused, WhereTheyNeverStrike) {
  EXPECT_THAT(misuse_of([] {
                const process worker{"worker"};
                faults world;
                world.crash(worker);
                world.cease();
                worker.run("work", [] { io::exists("f"); });
              }),
              HasSubstr("declared faults struck in no execution: crash of worker"));
  // A process that has ended is not there to crash.
  EXPECT_THAT(misuse_of([] {
                const process worker{"worker"};
                worker.run("work", [] { io::exists("f"); });
                faults world;
                world.crash(worker);
                world.cease();
              }),
              HasSubstr("declared faults struck in no execution: crash of worker"));
  EXPECT_THAT(misuse_of([] {
                faults world;
                io::may_fail(world, host::current());
                io::exists("f");
              }),
              HasSubstr("I/O error on host"));
}

}  // namespace
}  // namespace norn
