// The checks of the store: each variant in the deployments that tell it apart from the fix, and in one
// where it holds if there is one. README.md says why each verdict is what it is.
#include <string>
#include <utility>
#include <vector>

#include <norn/specs/kit/check.hpp>
#include <norn/specs/store/crash.hpp>
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
const named_deployment two_processes_looked_at{"2proc-look",
                                               {.processes = 2, .lock_file_openers = 1}};
// Each process on a host of its own, over a network file system: locks that only the processes of one host
// share, and locks that work.
const named_deployment two_hosts{"2host",
                                 {.processes = 2,
                                  .on_hosts_of_their_own = true,
                                  .network_locks = io::network_locks::local_to_each_host}};
const named_deployment two_hosts_locking{"2host-locks",
                                         {.processes = 2, .on_hosts_of_their_own = true}};
const named_deployment two_by_two{"2proc-2thread", {.processes = 2, .writers = 2}};
// Ten creates under one lock are 10! orders, and one up to renaming. Ten of them without a lock are more than
// can be counted; what is broken shows early.
const named_deployment ten_threads{"10thread", {.writers = 10, .symmetric = true}};
const named_deployment ten_threads_bounded{
    "10thread", {.writers = 10, .symmetric = true}, {.executions = 20'000}};

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

// What a crash may show. The rest of a deployment is one writer, unless its name says otherwise.
struct named_crash {
  const char* name;
  crash_deployment how;
};

const named_crash host_crash{"1thread-crash", {}};
const named_crash host_crash_ext4{"1thread-crash-ext4", {.disk = io::storage::ext4}};
const named_crash host_crash_no_da_alloc{"1thread-crash-noauto_da_alloc",
                                         {.disk = io::storage::ext4_without_auto_da_alloc}};
const named_crash host_crash_empty{"1thread-empty-crash", {.empty_directory = true}};
const named_crash host_crash_two{"2thread-crash", {.writers = 2}};
const named_crash process_crash{"1thread-kill", {.what = crashing::process}};
const named_crash process_crash_two{"2thread-kill", {.what = crashing::process, .writers = 2}};

struct crash_verdicts {
  conclusion old_or_new = holds;
  conclusion acknowledged_durable = holds;
  conclusion ids_unique = holds;
  conclusion reads_parse = holds;
};
constexpr crash_verdicts survives{};
constexpr crash_verdicts destroyed{violated, violated, violated, violated};
// Zeros or nothing under the name. What cannot be parsed is not added to, so no id is given twice.
constexpr crash_verdicts emptied{violated, violated, holds, violated};
// The old version, whole, although the writer was told of the new one.
constexpr crash_verdicts forgotten{holds, violated, violated, holds};
// Empty between two calls of one save, of which nobody has been told.
constexpr crash_verdicts cut_off{violated, holds, holds, violated};

struct expected_crash {
  named_crash deployed;
  crash_verdicts come_to;
};

template <class Store>
void add_crashes(const char* variant, const std::vector<expected_crash>& rows) {
  for (const expected_crash& row : rows) {
    register_search({.protocol = "store",
                     .variant = variant,
                     .deployment = row.deployed.name,
                     .body = [how = row.deployed.how] { run_crash<Store>(how); },
                     .expects = {{"old_or_new", row.come_to.old_or_new},
                                 {"acknowledged_durable", row.come_to.acknowledged_durable},
                                 {"ids_unique", row.come_to.ids_unique},
                                 {"reads_parse", row.come_to.reads_parse}},
                     .limits = {}});
  }
}

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
                               {ten_threads_bounded, all_violated}});
  add<fixed<system>>("fixed", {{one_thread_reader, all_hold},
                               {two_threads, all_hold},
                               {two_threads_reader, all_hold},
                               {two_threads_empty, all_hold},
                               {three_threads, all_hold},
                               {two_processes, all_hold},
                               {two_processes_looked_at, all_hold},
                               {two_by_two, all_hold},
                               {two_hosts, lost},
                               {two_hosts_locking, all_hold},
                               {ten_threads, all_hold}});

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
  add_crashes<buggy<system>>("buggy", {{host_crash, destroyed}, {process_crash, cut_off}});
  add_crashes<fixed<system>>("fixed", {{host_crash, survives},
                                       {host_crash_ext4, survives},
                                       {host_crash_no_da_alloc, survives},
                                       {host_crash_empty, survives},
                                       {host_crash_two, survives},
                                       {process_crash, survives},
                                       {process_crash_two, survives}});
  add_crashes<in_place_under_lock<system>>("in_place_under_lock",
                                           {{host_crash, destroyed}, {process_crash, cut_off}});
  add_crashes<no_fsync<system>>("no_fsync", {{host_crash, emptied},
                                             {host_crash_no_da_alloc, emptied},
                                             {host_crash_ext4, survives},
                                             {process_crash, survives}});
  add_crashes<no_dir_fsync<system>>(
      "no_dir_fsync",
      {{host_crash, forgotten}, {host_crash_ext4, forgotten}, {process_crash, survives}});
  add<no_fsync<system>>("no_fsync", without_crash);
  add<no_dir_fsync<system>>("no_dir_fsync", without_crash);
  return true;
}();

}  // namespace

}  // namespace norn::store
