// Real system: the calls that a protocol makes (specs/files/system.hpp), made of the operating system, in
// turns. A call that may wait for a lock takes two turns, as in the model; the first does nothing.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <sys/file.h>

#include <norn/model/io/result.hpp>

namespace norn::specs_test {

struct real_system {
  class file {
   public:
    static io::result<file> open(const std::string& path, int flags);

    file(file&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    file& operator=(file&&) = delete;
    // Closes what is still open: a turn then.
    ~file();

    int fd() const { return fd_; }
    io::result<std::string> read_rest();
    io::result<void> write_all(std::string_view bytes);
    io::result<void> flock(int operation);
    io::result<void> fsync();
    io::result<void> close();

   private:
    explicit file(int fd) : fd_(fd) {}

    int fd_;
  };

  // The mutex of one process.
  class mutex {
   public:
    explicit mutex(const char*) {}
    void lock();
    void unlock();

   private:
    std::mutex mutex_;
  };

  static bool exists(const std::string& path);
  static io::result<void> rename(const std::string& from, const std::string& to);
  static io::result<void> unlink(const std::string& path);
  static io::result<void> mkdir(const std::string& path);
  static io::result<std::vector<std::string>> readdir(const std::string& path);
  static io::result<void> fcntl(file& f, int command, struct ::flock& lock);
};

}  // namespace norn::specs_test
