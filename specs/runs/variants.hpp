// Variants of the run directories: what the service did, the published fix, another fix that does
// without a lock, and fixes that look like these.
#pragma once

#include <norn/specs/runs/run_directories.hpp>

namespace norn::runs {

template <class System>
using buggy = run_directories<System, files::no_lock, cover{}, any_digits, exist_ok<System>,
                              snapshot_first, files::in_place<System>>;

// The lock and the saving of the store's fix (specs/store).
template <class System, cover Held = cover{}, class Pattern = any_digits,
          class Order = snapshot_first>
using locked = run_directories<System, files::file_lock<System>, Held, Pattern, exist_ok<System>,
                               Order, files::by_rename<System>>;

template <class System>
using fixed = locked<System>;

// Correct as well, as far as ids go.
template <class System>
using exclusive_mkdir =
    run_directories<System, files::no_lock, cover{}, any_digits, exclusive<System>, snapshot_first,
                    files::by_rename<System>>;

// --- wrong fixes: the fix with one part exchanged ---

template <class System>
using lock_only_id = locked<System, cover{.make = false, .write = false}>;

template <class System>
using three_digit_pattern = locked<System, cover{}, three_digits>;

template <class System>
using manifest_before_snapshot = locked<System, cover{}, any_digits, manifest_first>;

}  // namespace norn::runs
