// Hosts and processes: what belongs to whom.
#include <gtest/gtest.h>

#include <norn/model/io/file.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn {
namespace {

search_result explored(const program& body) {
  explore_options options;
  options.name = "process_test";
  options.properties = {"right"};
  return explore(body, options);
}

void expect_holds(const program& body, std::uint64_t executions) {
  const search_result result = explored(body);
  ASSERT_EQ(result.properties.size(), 1u) << result.properties.back().property;
  EXPECT_EQ(result.properties[0].verdict, conclusion::holds) << result.properties[0].message;
  EXPECT_EQ(result.stats.executions, executions);
}

TEST(Process, ThreadsBelongToTheProcessOfTheirCreator) {
  expect_holds(
      [] {
        const process first = process::current();
        const process second("second");
        require("right", !(first == second) && first.id() != second.id());
        second.run("main", [&] {
          require("right", process::current() == second);
          thread child("child", [&] { require("right", process::current() == second); });
          child.join();
        });
        thread sibling("sibling", [&] { require("right", process::current() == first); });
        sibling.join();
      },
      1);
}

TEST(Process, ProcessLocalIsOneForEachProcess) {
  expect_holds(
      [] {
        const process_local<shared<int>> counter("counter");
        // Two writers of variables of their own: one execution.
        run_processes("worker", 2, [&](int i) { counter->set(i + 1); });
        require("right", counter->get() == 0);
      },
      1);
}

TEST(Process, ThreadsOfOneProcessShareItsVariables) {
  const search_result result = explored([] {
    const process worker("worker");
    const process_local<shared<int>> counter("counter");
    thread a = worker.spawn("a", [&] { counter->set(1); });
    thread b = worker.spawn("b", [&] { counter->set(2); });
    a.join();
    b.join();
  });
  EXPECT_EQ(result.stats.executions, 2u);  // the two orders of the writes
  EXPECT_EQ(result.properties.back().property, "no_data_race");
  EXPECT_EQ(result.properties.back().verdict, conclusion::violated);
}

TEST(Process, FilesBelongToTheHost) {
  expect_holds(
      [] {
        const host other("other");
        const process there(other, "there");
        const process here_too("here too");
        io::write_file("file", "text").value();
        here_too.run("main", [] { require("right", io::exists("file")); });
        there.run("main", [] { require("right", !io::exists("file")); });
        require("right", there.on() == other && !(here_too.on() == other));
      },
      1);
}

TEST(Process, DescriptorsBelongToTheProcess) {
  expect_holds(
      [] {
        const int fd = io::open("file", O_RDWR | O_CREAT).value();
        thread sibling("sibling", [&] { require("right", io::fstat(fd).ok()); });
        sibling.join();
        const process stranger("stranger");
        stranger.run("main", [&] { require("right", io::fstat(fd).error() == EBADF); });
        require("right", io::close(fd).ok());
      },
      1);
}

// Numbers of descriptors are the lowest free ones of the process: two opens of one process conflict,
// those of two processes commute.
TEST(Process, OpensOfTwoProcessesCommute) {
  const auto open_and_close = [](int i) {
    const int fd = io::open("file" + std::to_string(i), O_RDONLY).value();
    io::close(fd).value();
  };
  const auto install = [] {
    io::write_file("file0", "").value();
    io::write_file("file1", "").value();
  };
  expect_holds(
      [&] {
        install();
        run_processes("worker", 2, open_and_close);
      },
      1);
  // Opens o and closes c of a and b: the close of one matters to the open of the other only. The
  // orders of {oa ca} and {ob cb} with neighbours ca cb swapped at will are 4: oa ca ob cb, its mirror
  // image, and oa ob or ob oa before both closes.
  const search_result result = explored([&] {
    install();
    run_concurrently("worker", 2, open_and_close);
  });
  EXPECT_EQ(result.stats.executions, 4u);
  // A `file` shows its number to nobody.
  expect_holds(
      [&] {
        install();
        run_concurrently("worker", 2,
                         [](int i) { io::read_file("file" + std::to_string(i)).value(); });
      },
      1);
}

}  // namespace
}  // namespace norn
