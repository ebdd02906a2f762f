// Announced reach: an operation that says what it can touch at most is put before others without having been run for
// that. The same traces as without, fewer probes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string>

#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"
#include "explored.hpp"

namespace norn {

using namespace engine;
namespace {

using reference::search_space;

constexpr operation_kind claims_within{.name = "claim", .reach = reach::announced};
constexpr operation_kind claims_unannounced{.name = "claim", .reach = reach::unknown};

template <std::size_t Rows>
class table {
 public:
  // Scans the rows in their order and takes the first that is free.
  void claim(const operation_kind& kind) {
    point p{kind, rows_, source_location::current()};
    if (kind.reach == reach::announced) p.may_write(rows_, {0, Rows - 1});
    for (std::size_t row = 0; row < Rows; ++row) {
      p.read(rows_, region::key(row));
      if (taken_[row]) continue;
      p.write(rows_, region::key(row));
      taken_[row] = true;
      return;
    }
  }
  void free(std::size_t row) {
    static constexpr operation_kind kind{.name = "free", .reach = reach::exact};
    point p{kind, rows_, source_location::current()};
    p.write(rows_, region::key(row));
    taken_[row] = false;
  }

 private:
  object rows_{"rows"};
  std::array<bool, Rows> taken_{};
};

search_space searched(const std::function<void()>& body) {
  const reference::observed_program program{body, [] { return std::string(); }};
  runner names(runner::settings{});
  reference::naive all(true);
  const search_space expected = reference::search(program, all, names, 1'000'000);
  exhaustive reduced;
  const search_space actual = reference::search(program, reduced, names, 1'000'000);
  EXPECT_EQ(reference::difference(actual, expected), "");
  return actual;
}

// Two claims each of three threads: a claim reads what the one before took, so they are totally ordered, and there
// are as many traces as orders, 6! / (2! 2! 2!) = 90. Nothing that a claim could meet is beside it: no past is open.
TEST(AnnouncedReach, AScanThatEndsEarlyNeedsNoProbes) {
  const auto claims = [](const operation_kind& kind) {
    return [&kind] {
      table<6> rows;
      run_concurrently("worker", 3, [&](int) {
        rows.claim(kind);
        rows.claim(kind);
      });
    };
  };
  const search_space within = searched(claims(claims_within));
  const search_space unannounced = searched(claims(claims_unannounced));
  EXPECT_EQ(within.executions, 90u);
  EXPECT_EQ(unannounced.executions, 90u);
  EXPECT_EQ(within.probes, 0u);
  EXPECT_GT(unannounced.probes, 0u);
}

// Row 1 is freed before the claim or after it, where the other claim came first; else the claim does not look at row 1,
// but the other one does. So each of the two orders of the claims comes with two places of `free`.
TEST(AnnouncedReach, APastThatIsMetOnlyInAnotherOrderIsNotLost) {
  const auto program = [](const operation_kind& kind) {
    return [&kind] {
      table<2> rows;
      run_concurrently([&] { rows.claim(kind); }, [&] { rows.claim(kind); }, [&] { rows.free(1); });
    };
  };
  EXPECT_EQ(searched(program(claims_within)).executions, 4u);
  EXPECT_EQ(searched(program(claims_unannounced)).executions, 4u);
}

TEST(AnnouncedReach, AnAccessBeyondItIsMisuseByName) {
  static constexpr operation_kind kind{.name = "overreach", .reach = reach::announced};
  const auto with = [](const auto& announce, const auto& access) {
    return misuse_of([&] {
      const object o("thing");
      point p{kind, o, source_location::current()};
      announce(p, o);
      access(p, o);
    });
  };
  const auto nothing = [](point&, const object&) {};
  const auto may_read = [](point& p, const object& o) { p.may_read(o, {1, 3}); };
  const auto may_write = [](point& p, const object& o) { p.may_write(o, {1, 3}); };
  const auto read = [](point& p, const object& o) { p.read(o, {2, 3}); };
  const auto write = [](point& p, const object& o) { p.write(o, {2, 3}); };
  const auto read_beyond = [](point& p, const object& o) { p.read(o, {3, 4}); };
  EXPECT_EQ(with(may_read, read), "none");
  EXPECT_EQ(with(may_write, read), "none");
  EXPECT_EQ(with(may_write, write), "none");
  const auto told = ::testing::HasSubstr("overreach touches ");
  EXPECT_THAT(with(nothing, read), told);
  EXPECT_THAT(with(may_read, write), told);
  EXPECT_THAT(with(may_write, read_beyond), told);
}

// A reach that depends on what the operation meets is none.
TEST(AnnouncedReach, AnotherReachInAnotherOrderIsMisuseByName) {
  static constexpr operation_kind kind{.name = "waver", .reach = reach::announced};
  static constexpr operation_kind set{.name = "set"};
  EXPECT_THAT(misuse_of([] {
                const object first("first");
                const object second("second");
                run_concurrently(
                    [&] {
                      point p{set, first, source_location::current()};
                      p.write(first);
                      p.set_word(first, 1);
                    },
                    [&] {
                      point p{kind, first, source_location::current()};
                      p.may_read(first);
                      if (p.word(first) != 0) p.may_read(second);
                      p.read(first);
                    });
              }),
              ::testing::HasSubstr("waver, touched other objects than after an event that it was "
                                   "put before"));
}

}  // namespace
}  // namespace norn
