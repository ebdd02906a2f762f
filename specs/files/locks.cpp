#include <norn/specs/files/locks.hpp>

#include <sys/file.h>

namespace norn::files {

namespace {

io::result<void> set_record_lock(kit::open_file& f, short type) {
  struct ::flock whole_file {};
  whole_file.l_type = type;
  whole_file.l_whence = SEEK_SET;
  return f.fcntl(F_SETLKW, whole_file);
}

// Every hold has an open file description of its own, which is closed in the end.
lock file_lock(lock_kind kind, const std::string& path, kit::system& calls) {
  const bool by_fcntl = kind == lock_kind::fcntl;
  return [=, &calls] {
    const std::shared_ptr<kit::open_file> f = calls.open(path, O_RDWR | O_CREAT).value();
    (by_fcntl ? set_record_lock(*f, F_WRLCK) : f->flock(LOCK_EX)).value();
    return std::make_unique<hold>([=, &calls] {
      if (kind == lock_kind::flock_unlinked) static_cast<void>(calls.unlink(path));
      static_cast<void>(by_fcntl ? set_record_lock(*f, F_UNLCK) : f->flock(LOCK_UN));
    });
  };
}

lock process_lock(kit::system& calls) {
  return [mutex = std::shared_ptr(calls.make_mutex("process_lock"))] {
    mutex->lock();
    return std::make_unique<hold>([mutex] { mutex->unlock(); });
  };
}

// It counts how often it was acquired, whoever did, and locks the file for the first only: those that come
// after are let in. Here its mutex is held while it counts, and while the first waits for the file. The
// original counts outside of it and lets go of it between two attempts; whom it lets in is the same, since
// others of the process could only wait for the same file.
struct instance {
  std::unique_ptr<kit::process_mutex> mutex;
  lock file;
  int count = 0;  // with `held`, only looked at under the mutex
  std::unique_ptr<hold> held = nullptr;

  void acquire() {
    mutex->lock();
    if (++count == 1) held = file();
    mutex->unlock();
  }
  void release() {
    mutex->lock();
    if (--count == 0) held.reset();
    mutex->unlock();
  }
};

lock shared_lock(const std::string& path, kit::system& calls) {
  const auto shared = std::make_shared<instance>(
      instance{calls.make_mutex("instance"), file_lock(lock_kind::flock, path, calls)});
  return [shared] {
    shared->acquire();
    return std::make_unique<hold>([shared] { shared->release(); });
  };
}

}  // namespace

lock make_lock(lock_kind kind, const std::string& path, kit::system& calls) {
  if (kind == lock_kind::none) return [] { return std::make_unique<hold>([] {}); };
  if (kind == lock_kind::process_mutex) return process_lock(calls);
  if (kind == lock_kind::shared_instance) return shared_lock(path, calls);
  return file_lock(kind, path, calls);
}

}  // namespace norn::files
