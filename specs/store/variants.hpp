// Variants of the store: what the service did, the published fix, and fixes that look like it.
// Each wrong fix is the fix with one part exchanged.
#pragma once

#include <norn/specs/store/review_store.hpp>

namespace norn::store {

template <class System>
using buggy = review_store<System, files::no_lock, cover{}, files::in_place<System>>;

template <class System>
using fixed = review_store<System, files::file_lock<System>, cover{}, files::by_rename<System>>;

// --- the lock is held over fewer steps ---

template <class System, cover Held>
using partly_held = review_store<System, files::file_lock<System>, Held, files::by_rename<System>>;

template <class System>
using read_outside_lock = partly_held<System, cover{.read = false}>;

template <class System>
using ensure_outside_lock = partly_held<System, cover{.ensure = false}>;

template <class System>
using lock_only_write =
    partly_held<System, cover{.ensure = false, .read = false, .ensure_again = false}>;

// --- another lock ---

template <class System, class Lock>
using otherwise_locked = review_store<System, Lock, cover{}, files::by_rename<System>>;

template <class System>
using fixed_tmp_no_lock = otherwise_locked<System, files::no_lock>;

template <class System>
using thread_lock = otherwise_locked<System, files::process_lock<System>>;

template <class System>
using shared_filelock = otherwise_locked<System, files::shared_instance<System>>;

template <class System>
using unlink_lock = otherwise_locked<
    System, files::file_lock<System, files::by_flock<System>, files::lock_file_unlinked<System>>>;

template <class System>
using fcntl_lock = otherwise_locked<System, files::file_lock<System, files::by_fcntl<System>>>;

// --- saved otherwise ---

template <class System, class Saving>
using otherwise_saved = review_store<System, files::file_lock<System>, cover{}, Saving>;

template <class System>
using in_place_under_lock = otherwise_saved<System, files::in_place<System>>;

template <class System>
using no_fsync = otherwise_saved<System, files::by_rename<System, files::synced{.file = false}>>;

template <class System>
using no_dir_fsync =
    otherwise_saved<System, files::by_rename<System, files::synced{.directory = false}>>;

}  // namespace norn::store
