#include "real_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "turns.hpp"

namespace norn::specs_test {

namespace {

io::result<void> done(int returned) {
  if (returned < 0) return io::failure{errno};
  return {};
}

class real_file : public kit::open_file {
 public:
  explicit real_file(int fd) : fd_(fd) {}
  ~real_file() override {
    if (fd_ >= 0) static_cast<void>(close_now());
  }

  io::result<std::string> read_rest(here) override {
    constexpr std::size_t chunk_bytes = 64 * 1024;
    std::string all;
    std::string chunk(chunk_bytes, '\0');
    for (;;) {
      await_turn("read");
      const ssize_t count = ::read(fd_, chunk.data(), chunk.size());
      if (count < 0) return io::failure{errno};
      all.append(chunk, 0, static_cast<std::size_t>(count));
      if (static_cast<std::size_t>(count) < chunk_bytes) return all;
    }
  }

  io::result<void> write_all(std::string_view bytes, here) override {
    while (!bytes.empty()) {
      await_turn("write");
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0) return io::failure{errno};
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  io::result<void> flock(int operation, here) override {
    await_turn("flock");
    if (operation != LOCK_UN) await_turn("flock");
    return done(::flock(fd_, operation));
  }

  io::result<void> fcntl(int command, struct ::flock& lock, here) override {
    await_turn("fcntl");
    if (command == F_SETLKW && lock.l_type != F_UNLCK) await_turn("fcntl");
    return done(::fcntl(fd_, command, &lock));
  }

  io::result<void> fsync(here) override {
    await_turn("fsync");
    return done(::fsync(fd_));
  }

  io::result<void> close(here) override { return close_now(); }

 private:
  io::result<void> close_now() {
    await_turn("close");
    return done(::close(std::exchange(fd_, -1)));
  }

  int fd_;
};

class real_mutex : public kit::process_mutex {
 public:
  void lock(here) override {
    await_turn("lock");
    mutex_.lock();
  }
  void unlock(here) override {
    await_turn("unlock");
    mutex_.unlock();
  }

 private:
  std::mutex mutex_;
};

class calls_in_turns : public kit::system {
 public:
  io::result<std::unique_ptr<kit::open_file>> open(const std::string& path, int flags,
                                                   here) override {
    await_turn("open");
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd < 0) return io::failure{errno};
    return std::unique_ptr<kit::open_file>(new real_file(fd));
  }

  bool exists(const std::string& path, here) override {
    await_turn("exists");
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
  }

  io::result<void> rename(const std::string& from, const std::string& to, here) override {
    await_turn("rename");
    return done(std::rename(from.c_str(), to.c_str()));
  }

  io::result<void> unlink(const std::string& path, here) override {
    await_turn("unlink");
    return done(::unlink(path.c_str()));
  }

  io::result<void> mkdir(const std::string& path, here) override {
    await_turn("mkdir");
    return done(::mkdir(path.c_str(), 0755));
  }

  io::result<std::vector<std::string>> readdir(const std::string& path, here) override {
    await_turn("readdir");
    DIR* const stream = ::opendir(path.c_str());
    if (stream == nullptr) return io::failure{errno};
    std::vector<std::string> names;
    while (const dirent* const entry = ::readdir(stream)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    ::closedir(stream);
    std::sort(names.begin(), names.end());
    return names;
  }

  system_clock::time_point now(here) override {
    await_turn("now");
    return std::chrono::system_clock::now();
  }

  std::unique_ptr<kit::process_mutex> make_mutex(std::string_view) override {
    return std::make_unique<real_mutex>();
  }
};

}  // namespace

kit::system& real_system() {
  static calls_in_turns all;
  return all;
}

}  // namespace norn::specs_test
