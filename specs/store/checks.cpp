// The checks of the store: each variant in the deployments that tell it apart from the fix, and in one
// where it holds if there is one. README.md says why each verdict is what it is.
#include <string>
#include <utility>
#include <vector>

#include <norn/specs/kit/check.hpp>
#include <norn/specs/store/scenario.hpp>
#include <norn/specs/store/variants.hpp>

namespace norn::store {

namespace {

using enum conclusion;

// Deployments, by name.
struct named_deployment {
  const char* name;
  deployment who;
  bounds limits = {};
};

const named_deployment one_thread{"1thread", {}};
const named_deployment one_thread_reader{"1thread-reader", {.readers = 1}};
const named_deployment two_threads{"2thread", {.writers = 2}};
const named_deployment two_threads_reader{"2thread-reader", {.writers = 2, .readers = 1}};
const named_deployment two_threads_empty{"2thread-empty", {.writers = 2, .empty_directory = true}};
const named_deployment three_threads{"3thread", {.writers = 3}};
const named_deployment two_processes{"2proc", {.processes = 2}};
const named_deployment two_processes_looked_at{"2proc-look", {.processes = 2, .lookers = 1}};
const named_deployment two_by_two{"2proc-2thread", {.processes = 2, .writers = 2}};
// Ten creates under one lock are 10! orders. Ten of them without a lock are more than can be counted;
// what is broken shows early.
const named_deployment ten_threads{"10thread", {.writers = 10}, {.executions = 20'000}};

// What each property comes to.
struct verdicts {
  conclusion final_count = holds;
  conclusion ids_unique = holds;
  conclusion reads_parse = holds;
};
constexpr verdicts all_hold{};
constexpr verdicts all_violated{violated, violated, violated};
// A ticket is lost and its id given again, but nobody reads in between.
constexpr verdicts lost{violated, violated, holds};
constexpr verdicts torn{holds, holds, violated};

struct expected {
  named_deployment deployed;
  verdicts come_to;
};

// A single create always succeeds.
template <class Store>
void add(const char* variant, std::vector<expected> rows) {
  rows.push_back({one_thread, all_hold});
  for (const expected& row : rows) {
    register_search({.protocol = "store",
                     .variant = variant,
                     .deployment = row.deployed.name,
                     .body = [who = row.deployed.who] { run<Store>(who); },
                     .expects = {{"final_count", row.come_to.final_count},
                                 {"ids_unique", row.come_to.ids_unique},
                                 {"reads_parse", row.come_to.reads_parse}},
                     .limits = row.deployed.limits});
  }
}

using system = files::model_system;

const bool registered = [] {
  add<buggy<system>>("buggy", {{one_thread_reader, torn},
                               {two_threads, all_violated},
                               {two_threads_reader, all_violated},
                               {two_threads_empty, all_violated},
                               {three_threads, all_violated},
                               {two_processes, all_violated},
                               {two_by_two, all_violated},
                               {ten_threads, all_violated}});
  constexpr verdicts within_bound{holds_within_bound, holds_within_bound, holds_within_bound};
  add<fixed<system>>("fixed", {{one_thread_reader, all_hold},
                               {two_threads, all_hold},
                               {two_threads_reader, all_hold},
                               {two_threads_empty, all_hold},
                               {three_threads, all_hold},
                               {two_processes, all_hold},
                               {two_processes_looked_at, all_hold},
                               {two_by_two, all_hold},
                               {ten_threads, within_bound}});

  // The lock is held over fewer steps.
  add<read_outside_lock<system>>("read_outside_lock",
                                 {{one_thread_reader, all_hold}, {two_threads, lost}});
  add<ensure_outside_lock<system>>("ensure_outside_lock",
                                   {{two_threads, all_hold}, {two_threads_empty, all_violated}});
  add<lock_only_write<system>>(
      "lock_only_write",
      {{one_thread_reader, all_hold}, {two_threads, lost}, {two_threads_empty, all_violated}});

  // Another lock, or none.
  add<fixed_tmp_no_lock<system>>("fixed_tmp_no_lock", {{one_thread_reader, all_hold},
                                                       {two_threads, lost},
                                                       {two_threads_reader, all_violated},
                                                       {three_threads, all_violated}});
  add<thread_lock<system>>("thread_lock", {{two_threads, all_hold},
                                           {two_threads_reader, all_hold},
                                           {two_threads_empty, all_hold},
                                           {two_processes, lost},
                                           {two_by_two, all_violated}});
  add<shared_filelock<system>>(
      "shared_filelock",
      {{two_processes, all_hold}, {two_threads, lost}, {two_threads_reader, all_violated}});
  add<unlink_lock<system>>("unlink_lock", {{two_threads, all_hold},
                                           {two_threads_reader, all_hold},
                                           {three_threads, lost},
                                           {two_by_two, all_violated}});
  add<fcntl_lock<system>>("fcntl_lock", {{two_processes, all_hold},
                                         {two_processes_looked_at, lost},
                                         {two_threads, lost},
                                         {two_threads_reader, all_violated}});

  // Saved otherwise. A missing fsync is seen in a crash alone.
  add<in_place_under_lock<system>>("in_place_under_lock",
                                   {{two_threads, all_hold}, {one_thread_reader, torn}});
  const std::vector<expected> without_crash = {
      {one_thread_reader, all_hold}, {two_threads, all_hold}, {two_threads_reader, all_hold}};
  add<no_fsync<system>>("no_fsync", without_crash);
  add<no_dir_fsync<system>>("no_dir_fsync", without_crash);
  return true;
}();

}  // namespace

}  // namespace norn::store
