// System: the calls that a protocol makes of its operating system. A protocol is written once, for any
// System; its checks run it on the model, whose System is here.
//
// Calls return io::result, and what fails carries the errno value. A call that may wait for a lock is
// two steps, as everywhere in the model: it finds the file, then takes the lock.
#pragma once

#include <string>
#include <vector>

#include <norn/model/io/file.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/time/wall_clock.hpp>

namespace norn::files {

struct model_system {
  using mutex = norn::mutex;
  using file = io::file;
  using here = io::here;

  static bool exists(const std::string& path, here where = here::current()) {
    return io::exists(path, where);
  }
  static io::result<void> rename(const std::string& from, const std::string& to,
                                 here where = here::current()) {
    return io::rename(from, to, where);
  }
  // May be called in destructors.
  static io::result<void> unlink(const std::string& path, here where = here::current()) {
    return io::unlink(path, where);
  }
  static io::result<void> mkdir(const std::string& path, here where = here::current()) {
    return io::mkdir(path, 0755, where);
  }
  static io::result<std::vector<std::string>> readdir(const std::string& path,
                                                      here where = here::current()) {
    return io::readdir(path, where);
  }
  static system_clock::time_point now(here where = here::current()) {
    return system_clock::now(where);
  }
  static io::result<void> fcntl(file& f, int command, struct ::flock& lock,
                                here where = here::current()) {
    return io::fcntl(f.fd(), command, lock, where);
  }
};

}  // namespace norn::files
