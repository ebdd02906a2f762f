// Locks: what a call may hold while it works on files that others use, too. All threads of one process share
// a lock; taking it gives a hold, which gives it up when it is destroyed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <norn/specs/kit/system.hpp>

namespace norn::files {

enum class lock_kind {
  none,
  flock,  // flock(2) on a file made for nothing else: of the open file description
  fcntl,  // fcntl(2): of the process. Its threads do not exclude one another, and whoever closes
          // any descriptor of the file drops the lock of the whole process
  flock_unlinked,  // tidies up: the lock file is unlinked while others wait for it; the next makes a new one
  process_mutex,    // in the memory of the process: other processes have their own
  shared_instance,  // one FileLock of python-filelock 3.9 for all threads of the process
};

class hold {
 public:
  explicit hold(std::function<void()> give_up) : give_up_(std::move(give_up)) {}
  ~hold() { let_go(); }
  hold(const hold&) = delete;
  hold& operator=(const hold&) = delete;

  // Before its end, where giving the lock up may have to wait: a destructor that waits cannot be left.
  void let_go() {
    if (const auto give_up = std::exchange(give_up_, nullptr)) give_up();
  }

 private:
  std::function<void()> give_up_;
};

using lock = std::function<std::unique_ptr<hold>()>;  // called to take it

// `path`: of the lock file.
lock make_lock(lock_kind kind, const std::string& path, kit::system& calls);

// Holds a lock over some steps of a call and not over others.
class holding {
 public:
  explicit holding(const lock& of) : lock_(&of) {}

  // Before each step: whether the lock is held during it. Between two neighbours it is not given up.
  void over(bool covered) {
    if (!covered && held_) {
      held_->let_go();
      held_.reset();
    }
    if (covered && !held_) held_ = (*lock_)();
  }

 private:
  const lock* lock_;
  std::unique_ptr<hold> held_;
};

}  // namespace norn::files
