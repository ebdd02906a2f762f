// Locks: what a call may hold while it works on files that others use, too. A lock is an object that
// all threads of one process share, made from the path of the lock file; a `hold` of it is taken by
// its constructor and given up by its destructor.
//
// A wrong fix takes another lock than `file_lock`, or a file lock that differs from it in one part.
#pragma once

#include <sys/file.h>

#include <optional>
#include <string>
#include <utility>

#include <norn/specs/files/system.hpp>

namespace norn::files {

// Nothing is held.
class no_lock {
 public:
  explicit no_lock(const std::string&) {}

  class hold {
   public:
    explicit hold(no_lock&) {}
  };
};

// --- parts of a lock on a file: how it is taken, what becomes of the file ---

// flock(2): belongs to the open file description, and every hold has its own.
template <class System>
struct by_flock {
  static void take(typename System::file& f) { f.flock(LOCK_EX).value(); }
  static void give_up(typename System::file& f) { static_cast<void>(f.flock(LOCK_UN)); }
};

// fcntl(2): belongs to the process. Threads of one process do not exclude one another, and whoever
// closes any descriptor of the file drops the lock of the whole process.
template <class System>
struct by_fcntl {
  static void take(typename System::file& f) { set(f, F_WRLCK).value(); }
  static void give_up(typename System::file& f) { static_cast<void>(set(f, F_UNLCK)); }

 private:
  static io::result<void> set(typename System::file& f, short type) {
    struct ::flock whole_file {};
    whole_file.l_type = type;
    whole_file.l_whence = SEEK_SET;
    return System::fcntl(f, F_SETLKW, whole_file);
  }
};

struct lock_file_stays {
  static void leave(const std::string&) {}
};

// Tidies up. Who waits for the lock waits for a file that has no name any more; the next one makes a
// new file and takes that.
template <class System>
struct lock_file_unlinked {
  static void leave(const std::string& path) { static_cast<void>(System::unlink(path)); }
};

// --- the locks ---

// A lock on a file that is made for nothing else.
template <class System, class Taking = by_flock<System>, class Leaving = lock_file_stays>
class file_lock {
 public:
  explicit file_lock(std::string path) : path_(std::move(path)) {}

  class hold {
   public:
    explicit hold(file_lock& of)
        : path_(&of.path_), file_(System::file::open(of.path_, O_RDWR | O_CREAT).value()) {
      Taking::take(file_);
    }
    ~hold() {
      Leaving::leave(*path_);
      Taking::give_up(file_);
    }
    hold(const hold&) = delete;
    hold& operator=(const hold&) = delete;

   private:
    const std::string* path_;
    typename System::file file_;
  };

 private:
  std::string path_;
};

// A mutex in the memory of the process: other processes have their own.
template <class System>
class process_lock {
 public:
  explicit process_lock(const std::string&) {}

  class hold {
   public:
    explicit hold(process_lock& of) : of_(&of) { of_->mutex_.lock(); }
    ~hold() { of_->mutex_.unlock(); }
    hold(const hold&) = delete;
    hold& operator=(const hold&) = delete;

   private:
    process_lock* of_;
  };

 private:
  typename System::mutex mutex_{"process_lock"};
};

// One FileLock of python-filelock 3.9 for all threads of the process. It counts how often it was
// acquired, whoever did, and locks the file for the first only: those that come after are let in.
// Here its mutex is held while it counts, and while the first waits for the file. The original counts
// outside of it and lets go of it between two attempts; whom it lets in is the same, since others of
// the process could only wait for the same file.
template <class System>
class shared_instance {
 public:
  explicit shared_instance(const std::string& path) : file_(path) {}

  class hold {
   public:
    explicit hold(shared_instance& of) : of_(&of) { of_->acquire(); }
    ~hold() { of_->release(); }
    hold(const hold&) = delete;
    hold& operator=(const hold&) = delete;

   private:
    shared_instance* of_;
  };

 private:
  void acquire() {
    mutex_.lock();
    if (++count_ == 1) held_.emplace(file_);
    mutex_.unlock();
  }
  void release() {
    mutex_.lock();
    if (--count_ == 0) held_.reset();
    mutex_.unlock();
  }

  typename System::mutex mutex_{"instance"};
  int count_ = 0;  // with `held_`, only looked at under the mutex
  file_lock<System> file_;
  std::optional<typename file_lock<System>::hold> held_;
};

// --- when a lock is held ---

// Holds a lock over some steps of a call and not over others. Between two neighbours that it covers
// the lock is not given up.
template <class Lock>
class holding {
 public:
  explicit holding(Lock& lock) : lock_(&lock) {}

  // Before each step: whether the lock is to be held during it.
  void over(bool covered) {
    if (!covered) {
      held_.reset();
    } else if (!held_) {
      held_.emplace(*lock_);
    }
  }

 private:
  Lock* lock_;
  std::optional<typename Lock::hold> held_;
};

}  // namespace norn::files
