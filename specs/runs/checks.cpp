// The checks of the run directories: each variant in the deployments that tell it apart from the fix,
// and in one where it holds. README.md says why each verdict is what it is.
#include <string>
#include <utility>
#include <vector>

#include <norn/specs/kit/check.hpp>
#include <norn/specs/runs/crash.hpp>
#include <norn/specs/runs/scenario.hpp>
#include <norn/specs/runs/variants.hpp>

namespace norn::runs {

namespace {

using enum conclusion;

struct named_deployment {
  const char* name;
  deployment who;
};

const named_deployment one_thread{"1thread", {}};
const named_deployment one_thread_twice{"1thread-twice", {.creates = 2}};
const named_deployment one_thread_reader{"1thread-reader", {.readers = 1}};
const named_deployment two_threads{"2thread", {.writers = 2}};
const named_deployment two_threads_reader{"2thread-reader", {.writers = 2, .readers = 1}};
const named_deployment three_threads{"3thread", {.writers = 3}};
const named_deployment two_processes{"2proc", {.processes = 2}};
const named_deployment two_by_two{"2proc-2thread", {.processes = 2, .writers = 2}};
const named_deployment from_999{"999-1thread", {.creates = 2, .last = 999}};
const named_deployment from_999_two{"999-2thread", {.writers = 2, .last = 999}};
const named_deployment from_999_three{"999-3thread", {.writers = 3, .last = 999}};

const named_deployment midnights{"2thread-midnights", {.writers = 2, .midnights = 2}};
const named_deployment midnights_three{"3thread-midnights", {.writers = 3, .midnights = 2}};

// What each property comes to.
struct verdicts {
  conclusion ids_injective = holds;
  conclusion manifest_intact = holds;
  conclusion manifest_implies_snapshot = holds;
};
constexpr verdicts all_hold{};
// One id twice: the documents of one run are written over those of another, and spliced with them.
constexpr verdicts all_violated{violated, violated, violated};
// One id twice under the lock: nothing is spliced.
constexpr verdicts overwritten{violated, violated, holds};
constexpr verdicts early_manifest{holds, holds, violated};

struct named_crash {
  const char* name;
  crash_deployment how;
};

const named_crash host_crash{"1thread-crash", {}};
const named_crash host_crash_ext4{"1thread-crash-ext4", {.disk = io::storage::ext4}};
const named_crash process_crash{"1thread-kill", {.of_host = false}};
const named_crash three_threads_kill{"999-3thread-kill",
                                     {.of_host = false, .before = {.writers = 3, .last = 999}}};
const named_crash three_threads_crash{"999-3thread-crash", {.before = {.writers = 3, .last = 999}}};
const named_crash midnight_kill{"3thread-midnight-kill",
                                {.of_host = false, .before = {.writers = 3, .midnights = 1}}};

struct crash_verdicts {
  conclusion ids_injective = holds;
  conclusion manifest_implies_snapshot = holds;
  conclusion acknowledged_durable = holds;
};
constexpr crash_verdicts survives{};
constexpr crash_verdicts destroyed{violated, violated, violated};
// The directory stays, so its id is not given again; what is in it does not.
constexpr crash_verdicts hollow{holds, violated, violated};
// The directory has gone as a whole, and its id is given again.
constexpr crash_verdicts vanished{violated, holds, violated};
constexpr crash_verdicts half_done{holds, violated, holds};

struct expected_crash {
  named_crash deployed;
  crash_verdicts come_to;
};

template <class Runs>
void add_crashes(const char* variant, const std::vector<expected_crash>& rows) {
  for (const expected_crash& row : rows) {
    register_search(
        {.protocol = "runs",
         .variant = variant,
         .deployment = row.deployed.name,
         .body = [how = row.deployed.how] { run_crash<Runs>(how); },
         .expects = {{"ids_injective", row.come_to.ids_injective},
                     {"manifest_implies_snapshot", row.come_to.manifest_implies_snapshot},
                     {"acknowledged_durable", row.come_to.acknowledged_durable}}});
  }
}

struct expected {
  named_deployment deployed;
  verdicts come_to;
};

// A single create always succeeds.
template <class Runs>
void add(const char* variant, std::vector<expected> rows) {
  rows.push_back({one_thread, all_hold});
  for (const expected& row : rows) {
    register_search(
        {.protocol = "runs",
         .variant = variant,
         .deployment = row.deployed.name,
         .body = [who = row.deployed.who] { run<Runs>(who); },
         .expects = {{"ids_injective", row.come_to.ids_injective},
                     {"manifest_intact", row.come_to.manifest_intact},
                     {"manifest_implies_snapshot", row.come_to.manifest_implies_snapshot}}});
  }
}

using system = files::model_system;

const bool registered = [] {
  add<buggy<system>>("buggy", {{one_thread_twice, all_hold},
                               {one_thread_reader, all_hold},
                               {two_threads, all_violated},
                               {two_threads_reader, all_violated},
                               {three_threads, all_violated},
                               {two_processes, all_violated},
                               {two_by_two, all_violated},
                               {from_999_two, all_violated}});
  add<fixed<system>>("fixed", {{one_thread_twice, all_hold},
                               {one_thread_reader, all_hold},
                               {two_threads, all_hold},
                               {two_threads_reader, all_hold},
                               {three_threads, all_hold},
                               {two_processes, all_hold},
                               {two_by_two, all_hold},
                               {from_999, all_hold},
                               {from_999_two, all_hold},
                               {from_999_three, all_hold}});
  add<exclusive_mkdir<system>>("exclusive_mkdir", {{one_thread_twice, all_hold},
                                                   {two_threads, all_hold},
                                                   {two_threads_reader, all_hold},
                                                   {three_threads, all_hold},
                                                   {two_processes, all_hold},
                                                   {from_999_two, all_hold}});
  add<fixed_tmp_no_lock<system>>("fixed_tmp_no_lock",
                                 {{one_thread_reader, all_hold}, {two_threads, all_violated}});
  add<lock_only_id<system>>("lock_only_id", {{one_thread_twice, all_hold},
                                             {one_thread_reader, all_hold},
                                             {two_threads, all_violated},
                                             {two_threads_reader, all_violated}});
  add<three_digit_pattern<system>>("three_digits", {{two_threads, all_hold},
                                                    {two_threads_reader, all_hold},
                                                    {from_999, overwritten},
                                                    {from_999_two, overwritten},
                                                    {from_999_three, overwritten}});
  add<dated_ids<system>>(
      "dated", {{two_threads, all_hold}, {midnights, all_hold}, {midnights_three, all_hold}});
  add<day_read_twice<system>>("day_read_twice",
                              {{two_threads, all_hold}, {midnights, overwritten}});
  add<manifest_before_snapshot<system>>(
      "manifest_first", {{two_threads, all_hold}, {one_thread_reader, early_manifest}});

  // What these leave out is seen in a crash alone. (In place, a reader may find a torn manifest; the
  // snapshot is whole by then.)
  const std::vector<expected> without_crash = {
      {one_thread_reader, all_hold}, {two_threads, all_hold}, {two_threads_reader, all_hold}};
  add_crashes<buggy<system>>("buggy", {{host_crash, destroyed}, {process_crash, survives}});
  add_crashes<fixed<system>>("fixed", {{host_crash, survives},
                                       {host_crash_ext4, survives},
                                       {process_crash, survives},
                                       {three_threads_kill, survives},
                                       {three_threads_crash, survives}});
  add_crashes<dated_ids<system>>("dated", {{midnight_kill, survives}});
  add_crashes<exclusive_mkdir<system>>("exclusive_mkdir", {{host_crash, vanished}});
  add_crashes<manifest_before_snapshot<system>>(
      "manifest_first", {{host_crash, half_done}, {process_crash, half_done}});
  add_crashes<in_place_under_lock<system>>("in_place_under_lock", {{host_crash, hollow}});
  add_crashes<no_fsync<system>>("no_fsync", {{host_crash, hollow}});
  add_crashes<no_dir_fsync<system>>("no_dir_fsync", {{host_crash, hollow}});
  add_crashes<no_mkdir_fsync<system>>("no_mkdir_fsync", {{host_crash, vanished}});
  add<in_place_under_lock<system>>("in_place_under_lock", without_crash);
  add<no_fsync<system>>("no_fsync", without_crash);
  add<no_dir_fsync<system>>("no_dir_fsync", without_crash);
  add<no_mkdir_fsync<system>>("no_mkdir_fsync", without_crash);
  return true;
}();

}  // namespace

}  // namespace norn::runs
