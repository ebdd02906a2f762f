// Checks for the tests of the command, each with verdicts that are known.
//
//   tally: two threads add one to a counter, by a read and a write of their own (`split`) or in one
//   step (`whole`). `split` loses an update if both read before either writes.
#include <norn/model/memory/atomic.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/shared_memory.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/specs/kit/check.hpp>

namespace {

template <class Add>
void count_to_two(Add add) {
  norn::atomic<int> total{0, "total"};
  norn::run_concurrently("adder", 2, [&](int) { add(total); });
  norn::require("counts_both", total.load() == 2, "total is not 2");
  norn::require("counts_one", total.load() >= 1, "total is 0");
}

void split() {
  count_to_two([](norn::atomic<int>& total) { total.store(total.load() + 1); });
}

void whole() {
  count_to_two([](norn::atomic<int>& total) { total.fetch_add(1); });
}

// Two processes on a machine of their own lose an update of a counter in memory that they share.
void apart() {
  const norn::host web{"web"};
  const norn::shared_memory mapped;
  norn::atomic<int> total{0, "total"};
  const auto add = [&] { total.store(total.load() + 1); };
  const norn::process left{web, "left"};
  const norn::process right{web, "right"};
  norn::thread first = left.spawn("adder", add);
  norn::thread second = right.spawn("adder", add);
  first.join();
  second.join();
  norn::require("counts_both", total.load() == 2);
}

// Either thread may hold one lock and wait for the other.
void crossed() {
  norn::mutex left{"left"};
  norn::mutex right{"right"};
  norn::run_concurrently("taker", 2, [&](int i) {
    norn::mutex& first = i == 0 ? left : right;
    norn::mutex& second = i == 0 ? right : left;
    first.lock();
    second.lock();
    second.unlock();
    first.unlock();
  });
  norn::require("ends", true);
}

// As `split`, with a predicate that does more than to look.
void misused() {
  norn::atomic<int> total{0, "total"};
  norn::always("looks_only", [&] { return total.load() < 1 || total.exchange(1) == 1; });
  norn::run_concurrently("adder", 2, [&](int) { total.store(total.load() + 1); });
  norn::require("counts_both", total.load() == 2);
}

int times_run = 0;

// Another thread of steps each time: a test that is wrong.
void forgetful() {
  norn::atomic<int> total{0, "total"};
  norn::run_concurrently("adder", 2, [&](int) {
    total.fetch_add(1);
    if (++times_run % 3 == 0) total.store(0);
  });
  norn::require("counts_both", total.load() == 2);
}

using norn::conclusion;

const norn::register_search split_2thread{
    {.protocol = "tally",
     .variant = "split",
     .deployment = "2thread",
     .body = split,
     .expects = {{"counts_both", conclusion::violated}, {"counts_one", conclusion::holds}}}};
const norn::register_search whole_2thread{
    {.protocol = "tally",
     .variant = "whole",
     .deployment = "2thread",
     .body = whole,
     .expects = {{"counts_both", conclusion::holds}, {"counts_one", conclusion::holds}}}};
const norn::register_search bounded{{.protocol = "tally",
                                     .variant = "whole",
                                     .deployment = "bounded",
                                     .body = whole,
                                     .expects = {{"counts_both", conclusion::holds_within_bound}},
                                     .limits = {.executions = 1}}};
const norn::register_search split_2proc{
    {.protocol = "apart",
     .variant = "split",
     .deployment = "2proc",
     .body = apart,
     .expects = {{"counts_both", conclusion::violated, {"kept"}}},
     .covers = {"row 7"}}};
// Declarations that are wrong on purpose.
const norn::register_search optimistic{{.protocol = "wrong",
                                        .variant = "split",
                                        .deployment = "optimistic",
                                        .body = split,
                                        .expects = {{"counts_both", conclusion::holds}}}};
const norn::register_search pessimistic{{.protocol = "wrong",
                                         .variant = "whole",
                                         .deployment = "pessimistic",
                                         .body = whole,
                                         .expects = {{"counts_both", conclusion::violated}}}};
const norn::register_search undeclared{{.protocol = "wrong",
                                        .variant = "crossed",
                                        .deployment = "undeclared",
                                        .body = crossed,
                                        .expects = {{"ends", conclusion::holds}}}};
const norn::register_search misusing{{.protocol = "wrong",
                                      .variant = "misused",
                                      .deployment = "2thread",
                                      .body = misused,
                                      .expects = {{"counts_both", conclusion::holds}}}};
const norn::register_search nondeterministic{{.protocol = "wrong",
                                              .variant = "forgetful",
                                              .deployment = "2thread",
                                              .body = forgetful,
                                              .expects = {{"counts_both", conclusion::holds}}}};

}  // namespace
