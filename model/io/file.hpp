// File: an open file that closes itself. Its descriptor has no number that a program could see, so
// opening and closing files in several threads of a process commute, as long as they are other files.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <norn/model/io/system_calls.hpp>

namespace norn::io {

class file {
 public:
  // As open(2). A scheduling point.
  static result<file> open(std::string_view path, int flags, std::uint32_t mode = default_mode,
                           here where = here::current());

  file(file&& other) noexcept : fd_(std::exchange(other.fd_, closed)), where_(other.where_) {}
  file& operator=(file&& other) noexcept;
  file(const file&) = delete;
  file& operator=(const file&) = delete;

  // Closes what is still open: a scheduling point then.
  ~file() { close_quietly(); }

  bool is_open() const { return fd_ != closed; }
  // For the system calls; usable as long as the file is open.
  descriptor fd() const { return fd_; }

  result<std::string> read(std::size_t count, here where = here::current()) {
    return io::read(fd_, count, where);
  }
  result<std::size_t> write(std::string_view bytes, here where = here::current()) {
    return io::write(fd_, bytes, where);
  }
  result<void> flock(int operation, here where = here::current()) {
    return io::flock(fd_, operation, where);
  }
  result<void> fsync(here where = here::current()) { return io::fsync(fd_, where); }
  result<void> close(here where = here::current()) {
    return io::close(std::exchange(fd_, closed), where);
  }

  // Reads from the offset to the end: as many steps as it takes to see a short read.
  result<std::string> read_rest(here where = here::current());
  // Writes again what a short write left over.
  result<void> write_all(std::string_view bytes, here where = here::current());

 private:
  static constexpr descriptor closed{-1};

  file(descriptor fd, here where) : fd_(fd), where_(where) {}
  void close_quietly() noexcept;

  descriptor fd_;
  here where_;  // of the open; a close by the destructor has no place of its own
};

// open, read to the end, close: a step each.
result<std::string> read_file(std::string_view path, here where = here::current());

// open with O_WRONLY | O_CREAT | O_TRUNC, write, close: a step each. The file is empty in between.
result<void> write_file(std::string_view path, std::string_view bytes,
                        here where = here::current());

}  // namespace norn::io
