// Files and their locks among threads: what a real directory cannot be made to show at will.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <norn/model/io/file.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn::io {
namespace {

search_result explored(const program& body) {
  explore_options options;
  options.name = "io_test";
  options.properties = {"right"};
  return explore(body, options);
}

void expect_holds(const program& body, std::uint64_t executions) {
  const search_result result = explored(body);
  ASSERT_EQ(result.properties.size(), 1u)
      << result.properties.back().property << " " << result.properties.back().message;
  EXPECT_EQ(result.properties[0].verdict, conclusion::holds) << result.properties[0].message;
  EXPECT_EQ(result.stats.executions, executions);
}

bool is_violated(const search_result& result, const std::string& property) {
  return std::any_of(result.properties.begin(), result.properties.end(), [&](const auto& p) {
    return p.property == property && p.verdict == conclusion::violated;
  });
}

// --- contents ---

// The write lies before or after the truncation, or the file is opened between the two.
TEST(Files, TruncationAndWriteAreApart) {
  std::set<std::string> seen;
  const search_result result = explored([&] {
    write_file("f", "old").value();
    thread writer("writer", [] { write_file("f", "new").value(); });
    thread reader("reader", [&] { seen.insert(read_file("f").value()); });
    writer.join();
    reader.join();
  });
  EXPECT_EQ(seen, (std::set<std::string>{"old", "", "new"}));
  EXPECT_EQ(result.stats.executions, 3u);
}

TEST(Files, RenameIsAtomic) {
  std::set<std::string> seen;
  const search_result result = explored([&] {
    write_file("f", "old").value();
    thread writer("writer", [] {
      write_file("g", "new").value();
      io::rename("g", "f").value();
    });
    thread reader("reader", [&] { seen.insert(read_file("f").value()); });
    writer.join();
    reader.join();
  });
  EXPECT_EQ(seen, (std::set<std::string>{"old", "new"}));
  EXPECT_EQ(result.stats.executions, 2u);  // the reader opens before or after
}

TEST(Files, OtherBytesAndOtherNamesCommute) {
  expect_holds(
      [] {
        write_file("f", "abcdef").value();
        run_concurrently(
            [] {
              file f = file::open("f", O_RDWR).value();
              io::pwrite(f.fd(), "AB", 0).value();
            },
            [] {
              file f = file::open("f", O_RDWR).value();
              io::pwrite(f.fd(), "EF", 4).value();
            },
            [] { io::mkdir("d").value(); }, [] { write_file("g", "g").value(); });
        require("right", read_file("f").value() == "ABcdEF");
      },
      1);
}

TEST(Files, AppendsAreNeverLost) {
  expect_holds(
      [] {
        write_file("log", "").value();
        run_concurrently("writer", 3, [](int) {
          file log = file::open("log", O_WRONLY | O_APPEND).value();
          log.write("line ").value();
        });
        require("right", read_file("log").value() == "line line line ");
      },
      6);  // 3! orders of the appends
}

TEST(Files, UnlinkedFilesStayReadable) {
  expect_holds(
      [] {
        write_file("f", "text").value();
        file f = file::open("f", O_RDONLY).value();
        io::unlink("f").value();
        require("right", !exists("f") && f.read(10).value() == "text");
        require("right", io::fstat(f.fd()).value().links == 0);
      },
      1);
}

TEST(Files, ShortWritesTryEveryLength) {
  std::set<std::string> left;
  const search_result result = explored([&] {
    allow_short_writes();
    file f = file::open("f", O_RDWR | O_CREAT).value();
    f.write("abc").value();
    left.insert(read_file("f").value());
  });
  EXPECT_EQ(left, (std::set<std::string>{"a", "ab", "abc"}));
  EXPECT_EQ(result.stats.executions, 3u);
}

TEST(Files, WriteAllMendsShortWrites) {
  expect_holds(
      [] {
        allow_short_writes();
        write_file("f", "abc").value();
        require("right", read_file("f").value() == "abc");
      },
      4);  // 3 = 3, 2+1, 1+2, 1+1+1
}

TEST(Files, PredicatesObserveContents) {
  const auto body = [](bool in_place) {
    return [in_place] {
      write_file("f", "old").value();
      always("never_empty", [] { return observe_file("f") != std::optional<std::string>(""); });
      thread writer("writer", [in_place] {
        write_file(in_place ? "f" : "g", "new").value();
        if (!in_place) io::rename("g", "f").value();
      });
      writer.join();
    };
  };
  EXPECT_TRUE(is_violated(explored(body(true)), "never_empty"));
  EXPECT_FALSE(is_violated(explored(body(false)), "never_empty"));
}

// --- bad input ---

TEST(Files, BadInputGivesErrno) {
  expect_holds(
      [] {
        const std::string with_nul("a\0b", 3);
        require("right", io::open(with_nul, O_CREAT | O_RDWR).error() == EINVAL);
        require("right", io::open("", O_RDONLY).error() == ENOENT);
        require("right", io::open("missing/a", O_CREAT | O_RDWR).error() == ENOENT);
        require("right", io::open(std::string(256, 'n'), O_CREAT).error() == ENAMETOOLONG);
        require("right", io::open(std::string(5000, 'n'), O_CREAT).error() == ENAMETOOLONG);
        require("right", io::read(-1, 1).error() == EBADF);
        require("right", io::close(0).error() == EBADF);
        require("right", io::open("/", O_WRONLY).error() == EISDIR);
        const int fd = io::open("f", O_CREAT | O_RDWR).value();
        require("right", io::flock(fd, 0).error() == EINVAL);
        require("right", io::ftruncate(fd, std::int64_t{1} << 40).error() == EFBIG);
        require("right", io::close(fd).ok() && io::close(fd).error() == EBADF);
      },
      1);
}

TEST(Files, ClosedDescriptorsAreRefusedByEveryCall) {
  expect_holds(
      [] {
        const int fd = io::open("f", O_CREAT | O_RDWR).value();
        io::close(fd).value();
        struct ::flock lock {};
        lock.l_type = F_WRLCK;
        const std::vector<int> errors = {io::dup(fd).error(),
                                         io::read(fd, 1).error(),
                                         io::pread(fd, 1, 0).error(),
                                         io::write(fd, "x").error(),
                                         io::pwrite(fd, "x", 0).error(),
                                         io::lseek(fd, 0, SEEK_SET).error(),
                                         io::ftruncate(fd, 0).error(),
                                         io::fsync(fd).error(),
                                         io::fstat(fd).error(),
                                         io::flock(fd, LOCK_EX).error(),
                                         io::fcntl(fd, F_SETLK, lock).error()};
        for (const int error : errors) require("refused", error == EBADF);
        require("untouched", io::stat("f").value().size == 0);
      },
      1);
}

// What each call on names says of the path; of those with two paths, as the first and as the second.
std::vector<int> errors_of_calls_on(const std::string& path) {
  return {io::rename(path, "other").error(),
          io::rename("f", path).error(),
          io::link(path, "other").error(),
          io::link("f", path).error(),
          io::unlink(path).error(),
          io::mkdir(path).error(),
          io::rmdir(path).error(),
          io::truncate(path, 0).error(),
          io::stat(path).error(),
          io::readdir(path).error(),
          io::open(path, O_RDWR).error(),
          io::open(path, O_RDWR | O_CREAT).error()};
}

TEST(Files, PathsThatNameNothingAreRefusedByEveryCall) {
  expect_holds(
      [] {
        write_file("f", "x").value();
        const std::vector<std::pair<std::string, int>> bad = {{"missing/name", ENOENT},
                                                              {"f/name", ENOTDIR},
                                                              {std::string("f\0g", 3), EINVAL},
                                                              {"", ENOENT}};
        for (const auto& [path, expected] : bad) {
          for (const int error : errors_of_calls_on(path)) require("refused", error == expected);
        }
        require("nothing else came", io::readdir("/").value() == std::vector<std::string>{"f"});
      },
      1);
}

TEST(Files, DirectoriesInTheWayAreRefused) {
  expect_holds(
      [] {
        write_file("f", "x").value();
        io::mkdir("d").value();
        io::mkdir("d/e").value();
        const auto refuses = [](int error, int expected) { require("refused", error == expected); };
        refuses(io::rename("f", "d").error(), EISDIR);
        refuses(io::rename("d", "f").error(), ENOTDIR);
        refuses(io::rename("d", "d/e/d").error(), EINVAL);
        refuses(io::rename("d/e", "d").error(), ENOTEMPTY);
        refuses(io::link("d", "other").error(), EPERM);
        refuses(io::link("f", "d").error(), EEXIST);
        refuses(io::unlink("d").error(), EISDIR);
        refuses(io::rmdir("d").error(), ENOTEMPTY);
        refuses(io::rmdir("f").error(), ENOTDIR);
        refuses(io::mkdir("f").error(), EEXIST);
        refuses(io::truncate("d", 0).error(), EISDIR);
        refuses(io::open("d", O_RDWR | O_CREAT).error(), EISDIR);
        refuses(io::open("f", O_RDONLY | O_DIRECTORY).error(), ENOTDIR);
        refuses(io::open("f/", O_RDONLY).error(), ENOTDIR);
        refuses(io::open("new/", O_RDWR | O_CREAT).error(), EISDIR);
        const int d = io::open("d", O_RDONLY).value();
        refuses(io::read(d, 1).error(), EISDIR);
        refuses(io::write(d, "x").error(), EBADF);
      },
      1);
}

TEST(Files, ValueOfAFailureThrows) {
  const search_result result = explored([] { read_file("missing").value(); });
  EXPECT_TRUE(is_violated(result, "no_uncaught_exception"));
}

// --- locks ---

void locked_increment(shared<int>& counter, file& lock) {
  lock.flock(LOCK_EX).value();
  ++counter;
  lock.flock(LOCK_UN).value();
}

TEST(Locks, FlockExcludesDescriptionsAndOrdersMemory) {
  expect_holds(
      [] {
        write_file("lock", "").value();
        shared<int> counter{0};
        run_concurrently("worker", 3, [&](int) {
          file lock = file::open("lock", O_RDWR).value();
          locked_increment(counter, lock);
        });
        require("right", counter.get() == 3);
      },
      6);  // 3! orders of the lock
}

TEST(Locks, FlockDoesNotExcludeThreadsThatShareADescription) {
  const search_result result = explored([] {
    shared<int> counter{0};
    file lock = file::open("lock", O_RDWR | O_CREAT).value();
    run_concurrently("worker", 2, [&](int) { locked_increment(counter, lock); });
  });
  EXPECT_TRUE(is_violated(result, "no_data_race"));
}

TEST(Locks, WaitersThatShareADescriptionAreAllLetIn) {
  const search_result result = explored([] {
    const file lock = file::open("lock", O_RDWR | O_CREAT).value();
    run_concurrently("worker", 2, [&](int) { io::flock(lock.fd(), LOCK_EX).value(); });
  });
  EXPECT_FALSE(is_violated(result, "no_deadlock"));
  EXPECT_TRUE(result.complete);
}

TEST(Locks, RecordLocksDoNotExcludeThreadsOfOneProcess) {
  const auto worker = [](shared<int>& counter) {
    file f = file::open("lock", O_RDWR | O_CREAT).value();
    struct ::flock lock {};
    lock.l_type = F_WRLCK;
    io::fcntl(f.fd(), F_SETLKW, lock).value();
    ++counter;
  };
  const search_result threads = explored([&] {
    shared<int> counter{0};
    run_concurrently("worker", 2, [&](int) { worker(counter); });
  });
  EXPECT_TRUE(is_violated(threads, "no_data_race"));
  const search_result processes = explored([&] {
    shared<int> counter{0};  // stands for memory that the processes share
    run_processes("worker", 2, [&](int) { worker(counter); });
    require("right", counter.get() == 2);
  });
  EXPECT_FALSE(is_violated(processes, "no_data_race"));
  EXPECT_FALSE(is_violated(processes, "right"));
}

// Closing any descriptor of the file drops what the process holds on it (fcntl(2)).
TEST(Locks, RecordLocksGoWithAnyDescriptor) {
  expect_holds(
      [] {
        struct ::flock lock {};
        lock.l_type = F_WRLCK;
        file f = file::open("lock", O_RDWR | O_CREAT).value();
        io::fcntl(f.fd(), F_SETLK, lock).value();
        const auto other_sees = [](short expected) {
          process("other").run("main", [expected] {
            file g = file::open("lock", O_RDWR).value();
            struct ::flock asked {};
            asked.l_type = F_WRLCK;
            io::fcntl(g.fd(), F_GETLK, asked).value();
            require("right", asked.l_type == expected);
          });
        };
        other_sees(F_WRLCK);
        read_file("lock").value();
        other_sees(F_UNLCK);
      },
      1);
}

TEST(Locks, SharedHoldersLetEachOtherIn) {
  expect_holds(
      [] {
        file a = file::open("lock", O_RDWR | O_CREAT).value();
        file b = file::open("lock", O_RDWR).value();
        require("right", a.flock(LOCK_SH).ok() && b.flock(LOCK_SH).ok());
        require("right", b.flock(LOCK_EX | LOCK_NB).error() == EWOULDBLOCK);
        // Asking for the other mode gave the old lock up first.
        require("right", a.flock(LOCK_EX | LOCK_NB).ok());
      },
      1);
}

// Both hold the lock shared and want it exclusively. Since a conversion gives the old lock up first,
// this is no deadlock.
TEST(Locks, ConversionsDoNotDeadlock) {
  const search_result result = explored([] {
    write_file("lock", "").value();
    run_concurrently("worker", 2, [](int) {
      file lock = file::open("lock", O_RDWR).value();
      lock.flock(LOCK_SH).value();
      lock.flock(LOCK_EX).value();
    });
  });
  EXPECT_FALSE(is_violated(result, "no_deadlock"));
  EXPECT_TRUE(result.complete);
}

TEST(Locks, OppositeOrdersDeadlock) {
  const search_result result = explored([] {
    write_file("a", "").value();
    write_file("b", "").value();
    run_concurrently("worker", 2, [](int i) {
      file first = file::open(i == 0 ? "a" : "b", O_RDWR).value();
      file second = file::open(i == 0 ? "b" : "a", O_RDWR).value();
      first.flock(LOCK_EX).value();
      second.flock(LOCK_EX).value();
    });
  });
  EXPECT_TRUE(is_violated(result, "no_deadlock"));
}

// The last descriptor is closed while a thread waits through it: the wait goes on, and what it gets is
// gone at once.
TEST(Locks, AWaitOutlivesItsDescriptor) {
  expect_holds(
      [] {
        file holder = file::open("lock", O_RDWR | O_CREAT).value();
        holder.flock(LOCK_EX).value();
        const int fd = io::open("lock", O_RDWR).value();
        thread waiter("waiter", [fd] {
          const result<void> got = io::flock(fd, LOCK_EX);
          require("right", got.ok() || got.error() == EBADF);
        });
        io::close(fd).value();
        holder.flock(LOCK_UN).value();
        waiter.join();
        file other = file::open("lock", O_RDWR).value();
        require("right", other.flock(LOCK_EX | LOCK_NB).ok());
      },
      // The waiter's call begins after the close (EBADF), or before. Then it waits until the unlock:
      // it cannot come before.
      2);
}

TEST(Locks, ExclusiveCreationLetsOneIn) {
  expect_holds(
      [] {
        ghost<int> inside{0, "inside"};
        run_concurrently("worker", 3, [&](int) {
          if (file::open("lock", O_CREAT | O_EXCL | O_WRONLY).ok()) ++inside;
        });
        require("right", inside == 1);
      },
      3);  // one wins, and the failures commute
}

}  // namespace
}  // namespace norn::io
