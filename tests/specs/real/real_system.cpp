#include "real_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "turns.hpp"

namespace norn::specs_test {

namespace {

io::result<void> done(int returned) {
  if (returned < 0) return io::failure{errno};
  return {};
}

}  // namespace

io::result<real_system::file> real_system::file::open(const std::string& path, int flags) {
  await_turn("open");
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) return io::failure{errno};
  return file(fd);
}

real_system::file::~file() {
  if (fd_ >= 0) static_cast<void>(close());
}

io::result<std::string> real_system::file::read_rest() {
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

io::result<void> real_system::file::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    await_turn("write");
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count < 0) return io::failure{errno};
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

io::result<void> real_system::file::flock(int operation) {
  await_turn("flock");
  if (operation != LOCK_UN) await_turn("flock");
  return done(::flock(fd_, operation));
}

io::result<void> real_system::file::fsync() {
  await_turn("fsync");
  return done(::fsync(fd_));
}

io::result<void> real_system::file::close() {
  await_turn("close");
  return done(::close(std::exchange(fd_, -1)));
}

void real_system::mutex::lock() {
  await_turn("lock");
  mutex_.lock();
}

void real_system::mutex::unlock() {
  await_turn("unlock");
  mutex_.unlock();
}

bool real_system::exists(const std::string& path) {
  await_turn("exists");
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

io::result<void> real_system::rename(const std::string& from, const std::string& to) {
  await_turn("rename");
  return done(std::rename(from.c_str(), to.c_str()));
}

io::result<void> real_system::unlink(const std::string& path) {
  await_turn("unlink");
  return done(::unlink(path.c_str()));
}

io::result<void> real_system::mkdir(const std::string& path) {
  await_turn("mkdir");
  return done(::mkdir(path.c_str(), 0755));
}

io::result<std::vector<std::string>> real_system::readdir(const std::string& path) {
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

io::result<void> real_system::fcntl(file& f, int command, struct ::flock& lock) {
  await_turn("fcntl");
  if (command == F_SETLKW && lock.l_type != F_UNLCK) await_turn("fcntl");
  return done(::fcntl(f.fd(), command, &lock));
}

}  // namespace norn::specs_test
