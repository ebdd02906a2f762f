#include <norn/model/io/file.hpp>

#include <norn/scheduler/run/point.hpp>

namespace norn::io {

using namespace engine;

namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;

}  // namespace

result<file> file::open(std::string_view path, int flags, std::uint32_t mode, here where) {
  const result<descriptor> fd = open_handle(path, flags, mode, where);
  if (!fd) return failure{fd.error()};
  return file(fd.value(), where);
}

file& file::operator=(file&& other) noexcept {
  if (this != &other) {
    close_quietly();
    fd_ = std::exchange(other.fd_, closed);
    where_ = other.where_;
  }
  return *this;
}

void file::close_quietly() noexcept {
  // A file that outlived its execution has nothing left to close.
  if (!is_open() || !in_body()) return;
  static_cast<void>(close(where_));
}

result<std::string> file::read_rest(here where) {
  std::string all;
  for (;;) {
    const result<std::string> part = read(chunk_bytes, where);
    if (!part) return part;
    all += part.value();
    if (part.value().size() < chunk_bytes) return all;
  }
}

result<void> file::write_all(std::string_view bytes, here where) {
  while (!bytes.empty()) {
    const result<std::size_t> stored = write(bytes, where);
    if (!stored) return failure{stored.error()};
    bytes.remove_prefix(stored.value());
  }
  return {};
}

result<std::string> read_file(std::string_view path, here where) {
  result<file> opened = file::open(path, O_RDONLY, default_mode, where);
  if (!opened) return failure{opened.error()};
  file f = std::move(opened).value();
  result<std::string> all = f.read_rest(where);
  const result<void> closed = f.close(where);
  if (!closed) return failure{closed.error()};
  return all;
}

result<void> write_file(std::string_view path, std::string_view bytes, here where) {
  result<file> opened = file::open(path, O_WRONLY | O_CREAT | O_TRUNC, default_mode, where);
  if (!opened) return failure{opened.error()};
  file f = std::move(opened).value();
  const result<void> written = f.write_all(bytes, where);
  const result<void> closed = f.close(where);
  return written ? closed : written;
}

}  // namespace norn::io
