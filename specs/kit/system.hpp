// System: the calls that an actor makes of its operating system. A protocol is written once and runs on
// the model, which is here, or in tests on the real system.
//
// Calls return io::result, and what fails carries the errno value. A call that may wait for a lock is
// two steps, as everywhere in the model: it finds the file, then takes the lock.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <norn/model/io/system_calls.hpp>
#include <norn/model/time/wall_clock.hpp>

namespace norn::kit {

// An open file. The destructor closes what is still open: a step then.
class open_file {
 public:
  using here = io::here;

  virtual ~open_file() = default;
  virtual io::result<std::string> read_rest(here where = here::current()) = 0;
  virtual io::result<void> write_all(std::string_view bytes, here where = here::current()) = 0;
  virtual io::result<void> flock(int operation, here where = here::current()) = 0;
  virtual io::result<void> fcntl(int command, struct ::flock& lock,
                                 here where = here::current()) = 0;
  virtual io::result<void> fsync(here where = here::current()) = 0;
  virtual io::result<void> close(here where = here::current()) = 0;
};

// A mutex in the memory of one process.
class process_mutex {
 public:
  using here = io::here;

  virtual ~process_mutex() = default;
  virtual void lock(here where = here::current()) = 0;
  // May be called in destructors, as may `flock` and `fcntl` that unlock, `close` and `unlink`.
  virtual void unlock(here where = here::current()) = 0;
};

class system {
 public:
  using here = io::here;

  virtual ~system() = default;
  virtual io::result<std::unique_ptr<open_file>> open(const std::string& path, int flags,
                                                      here where = here::current()) = 0;
  virtual bool exists(const std::string& path, here where = here::current()) = 0;
  virtual io::result<void> rename(const std::string& from, const std::string& to,
                                  here where = here::current()) = 0;
  virtual io::result<void> unlink(const std::string& path, here where = here::current()) = 0;
  virtual io::result<void> mkdir(const std::string& path, here where = here::current()) = 0;
  virtual io::result<std::vector<std::string>> readdir(const std::string& path,
                                                       here where = here::current()) = 0;
  virtual system_clock::time_point now(here where = here::current()) = 0;
  // Not a scheduling point.
  virtual std::unique_ptr<process_mutex> make_mutex(std::string_view name) = 0;

  // open, read to the end, close: a step each.
  io::result<std::string> read_file(const std::string& path, here where = here::current());
  // open, which truncates, write, close.
  io::result<void> write_file(const std::string& path, std::string_view bytes,
                              here where = here::current());
};

// That of the model.
system& model_system();

}  // namespace norn::kit
