// Variants of the run directories: what the service did, the published fix, another fix that does
// without a lock, and fixes that look like these.
#pragma once

#include <norn/specs/runs/run_directories.hpp>

namespace norn::runs {

template <class System>
using buggy = run_directories<System, files::no_lock, cover{}, any_digits, exist_ok<System>,
                              snapshot_first, files::in_place<System>>;

template <class System>
using durable = synced_make<System, exist_ok<System>>;

// The lock and the saving of the store's fix (specs/store).
template <class System>
using fixed = run_directories<System, files::file_lock<System>, cover{}, any_digits,
                              durable<System>, snapshot_first, files::by_rename<System>>;

// Another fix, as far as ids go.
template <class System>
using exclusive_mkdir =
    run_directories<System, files::no_lock, cover{}, any_digits, exclusive<System>, snapshot_first,
                    files::by_rename<System>>;

// The fix, as far as ids go, with ids that contain the day.
template <class System>
using dated_ids =
    run_directories<System, files::file_lock<System>, cover{}, any_digits, durable<System>,
                    snapshot_first, files::by_rename<System>, dated<System>>;

// --- wrong fixes: the fix with one part exchanged ---

template <class System>
using fixed_tmp_no_lock =
    run_directories<System, files::no_lock, cover{}, any_digits, durable<System>, snapshot_first,
                    files::by_rename<System>>;

template <class System>
using lock_only_id =
    run_directories<System, files::file_lock<System>, cover{.make = false, .write = false},
                    any_digits, durable<System>, snapshot_first, files::by_rename<System>>;

template <class System>
using three_digit_pattern =
    run_directories<System, files::file_lock<System>, cover{}, three_digits, durable<System>,
                    snapshot_first, files::by_rename<System>>;

template <class System>
using no_mkdir_fsync = run_directories<System, files::file_lock<System>, cover{}, any_digits,
                                       exist_ok<System>, snapshot_first, files::by_rename<System>>;

template <class System>
using day_read_twice =
    run_directories<System, files::file_lock<System>, cover{}, any_digits, durable<System>,
                    snapshot_first, files::by_rename<System>, dated_twice<System>>;

template <class System>
using manifest_before_snapshot =
    run_directories<System, files::file_lock<System>, cover{}, any_digits, durable<System>,
                    manifest_first, files::by_rename<System>>;

template <class System, class Saving>
using otherwise_saved = run_directories<System, files::file_lock<System>, cover{}, any_digits,
                                        durable<System>, snapshot_first, Saving>;

template <class System>
using in_place_under_lock = otherwise_saved<System, files::in_place<System>>;

template <class System>
using no_fsync = otherwise_saved<System, files::by_rename<System, files::synced{.file = false}>>;

template <class System>
using no_dir_fsync =
    otherwise_saved<System, files::by_rename<System, files::synced{.directory = false}>>;

}  // namespace norn::runs
