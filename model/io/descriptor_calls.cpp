// System calls that open, use and close descriptors.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include <norn/model/io/call.hpp>
#include <norn/model/io/narrate.hpp>
#include <norn/model/io/system_calls.hpp>

namespace norn::io {

using namespace engine;

namespace {

constexpr operation_kind open_kind{.name = "open", .reach = reach::unknown};
constexpr operation_kind close_kind{.name = "close", .reach = reach::unknown, .nothrow = true};
constexpr operation_kind dup_kind{.name = "dup", .reach = reach::unknown};
constexpr operation_kind read_kind{.name = "read", .reach = reach::unknown};
constexpr operation_kind pread_kind{.name = "pread", .reach = reach::unknown};
constexpr operation_kind write_kind{.name = "write", .reach = reach::unknown};
constexpr operation_kind pwrite_kind{.name = "pwrite", .reach = reach::unknown};
constexpr operation_kind lseek_kind{.name = "lseek", .reach = reach::unknown};
constexpr operation_kind ftruncate_kind{.name = "ftruncate", .reach = reach::unknown};
constexpr operation_kind fsync_kind{.name = "fsync", .reach = reach::unknown};
constexpr operation_kind fstat_kind{.name = "fstat", .reach = reach::unknown};

regular_file& file_of(const open_file_description& d) { return static_cast<regular_file&>(d.file); }

// --- open, close ---

template <class AddDescriptor>
result<descriptor> open_with(std::string_view path, int flags, std::uint32_t mode, here where,
                             AddDescriptor&& add) {
  call c{open_kind, where};
  if (c.p.abandoned()) return descriptor(-1);
  const result<open_file_description*> opened =
      c.files.open(c.p, path, flags, mode, c.mounted.locks_of(c.by));
  const auto named = [&]() -> result<descriptor> {
    if (!opened) return failure{opened.error()};
    opened.value()->add_descriptor(c.p);
    return add(c, *opened.value());
  };
  const result<descriptor> done = named();
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({}, {})", shown_bytes(path), open_flags_name(flags));
    show_result(n, done, [&] {
      return done.value().is_number() ? std::to_string(done.value().number()) : std::string("ok");
    });
  });
  return done;
}

// Locks go with descriptors: those of flock with the last one of the description, those of fcntl
// with any one of the process.
void drop_locks(call& c, descriptor fd, open_file_description& d, bool last) {
  const bool others_may_wait = d.others_may_wait(c.p);
  if (last && d.may_hold_flock(c.p)) d.locks.flocks.release(c.p, d.id);
  if (d.may_hold_record_lock(c.p, c.by.id())) {
    d.locks.record_locks.release_all(c.p, c.by.id());
  }
  if (!others_may_wait) return;
  if (last) d.locks.flocks.close_under_waiter(c.p, d.id);
  d.locks.record_locks.close_under_waiter(c.p, fd, d.id);
}

result<void> close_descriptor(call& c, descriptor fd) {
  open_file_description* const d = c.descriptors.find(c.p, fd);
  if (d == nullptr) return failure{EBADF};
  c.descriptors.remove(c.p, fd);
  const bool last = d->remove_descriptor(c.p);
  drop_locks(c, fd, *d, last);
  return {};
}

result<int> duplicate(call& c, descriptor fd) {
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return failure{found.error()};
  open_file_description* const d = found.value();
  d->add_descriptor(c.p);
  return c.descriptors.add_number(c.p, *d).number();
}

// --- reading ---

result<open_file_description*> readable(call& c, descriptor fd) {
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return found;
  open_file_description* const d = found.value();
  if (!d->readable) return failure{EBADF};
  if (d->file.is_directory()) return failure{EISDIR};
  return d;
}

result<std::string> read_next(call& c, descriptor fd, std::size_t count) {
  const result<open_file_description*> d = readable(c, fd);
  if (!d) return failure{d.error()};
  if (const int error = c.disk.transfer_error(c.p, c.by)) return failure{error};
  const std::uint64_t offset = d.value()->offset(c.p);
  std::string bytes = file_of(*d.value()).read(c.p, offset, count);
  if (!bytes.empty()) d.value()->set_offset(c.p, offset + bytes.size());
  return bytes;
}

result<std::string> read_at(call& c, descriptor fd, std::size_t count, std::int64_t offset) {
  if (offset < 0) return failure{EINVAL};
  const result<open_file_description*> d = readable(c, fd);
  if (!d) return failure{d.error()};
  if (const int error = c.disk.transfer_error(c.p, c.by)) return failure{error};
  return file_of(*d.value()).read(c.p, static_cast<std::uint64_t>(offset), count);
}

// --- writing ---

// How many of the bytes this write stores. Asked before the first access (point.hpp, choose); the
// accesses are those of the whole write, whichever length is chosen.
std::size_t stored_length(call& c, descriptor fd, std::size_t given) {
  const open_file_description* const d = c.descriptors.peek(fd);
  if (!c.files.short_writes || given < 2 || d == nullptr || !d->writable) return given;
  return given - c.p.choose(static_cast<std::uint32_t>(std::min<std::size_t>(given, UINT16_MAX)));
}

result<open_file_description*> writable(call& c, descriptor fd) {
  const result<open_file_description*> found = c.opened(fd);
  if (found.ok() && !found.value()->writable) return failure{EBADF};
  return found;
}

result<std::uint64_t> store(call& c, open_file_description& d, std::uint64_t offset,
                            std::string_view bytes, std::size_t stored) {
  if (offset > regular_file::largest_size - bytes.size()) return failure{EFBIG};
  if (const int error = c.disk.transfer_error(c.p, c.by)) return failure{error};
  if (const int error = c.disk.space_error(c.p, c.by)) {
    if (offset + bytes.size() > file_of(d).size(c.p)) return failure{error};
  }
  c.files.write(c.p, file_of(d), offset, bytes, stored);
  return offset + stored;
}

result<std::size_t> write_next(call& c, descriptor fd, std::string_view bytes) {
  const std::size_t stored = stored_length(c, fd, bytes.size());
  const result<open_file_description*> found = writable(c, fd);
  if (!found) return failure{found.error()};
  open_file_description& d = *found.value();
  if (bytes.empty()) return std::size_t{0};
  if (bytes.size() > regular_file::largest_size) return failure{EFBIG};
  const std::uint64_t offset = d.appends ? file_of(d).size(c.p) : d.offset(c.p);
  const result<std::uint64_t> end = store(c, d, offset, bytes, stored);
  if (!end) return failure{end.error()};
  d.set_offset(c.p, end.value());
  return stored;
}

result<std::size_t> write_at(call& c, descriptor fd, std::string_view bytes, std::int64_t offset) {
  if (offset < 0) return failure{EINVAL};
  const std::size_t stored = stored_length(c, fd, bytes.size());
  const result<open_file_description*> found = writable(c, fd);
  if (!found) return failure{found.error()};
  open_file_description& d = *found.value();
  if (bytes.empty()) return std::size_t{0};
  if (bytes.size() > regular_file::largest_size) return failure{EFBIG};
  const std::uint64_t at = d.appends ? file_of(d).size(c.p) : static_cast<std::uint64_t>(offset);
  const result<std::uint64_t> end = store(c, d, at, bytes, stored);
  if (!end) return failure{end.error()};
  return stored;
}

// --- the rest ---

result<std::int64_t> base_of(call& c, const open_file_description& d, int whence) {
  switch (whence) {
    case SEEK_SET:
      return std::int64_t{0};
    case SEEK_CUR:
      return static_cast<std::int64_t>(d.offset(c.p));
    case SEEK_END:
      return d.file.is_directory() ? 0 : static_cast<std::int64_t>(file_of(d).size(c.p));
    default:
      return failure{EINVAL};
  }
}

result<std::int64_t> seek(call& c, descriptor fd, std::int64_t offset, int whence) {
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return failure{found.error()};
  open_file_description* const d = found.value();
  const result<std::int64_t> base = base_of(c, *d, whence);
  if (!base) return base;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(base.value(), offset, &sum) || sum < 0) return failure{EINVAL};
  if (whence != SEEK_CUR || offset != 0) d->set_offset(c.p, static_cast<std::uint64_t>(sum));
  return sum;
}

result<void> resize(call& c, descriptor fd, std::int64_t size) {
  if (size < 0) return failure{EINVAL};
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return failure{found.error()};
  open_file_description* const d = found.value();
  if (!d->writable) return failure{EINVAL};
  if (static_cast<std::uint64_t>(size) > regular_file::largest_size) return failure{EFBIG};
  if (const int error = c.disk.transfer_error(c.p, c.by)) return failure{error};
  c.files.resize(c.p, file_of(*d), static_cast<std::uint64_t>(size));
  return {};
}

result<void> synchronise(call& c, descriptor fd) {
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return failure{found.error()};
  open_file_description* const d = found.value();
  if (d->file.is_directory()) {
    static_cast<const directory&>(d->file).read_whole(c.p);
  } else {
    file_of(*d).read_whole(c.p);
  }
  if (const int error = c.disk.transfer_error(c.p, c.by)) {
    if (!d->file.is_directory()) file_of(*d).sync_failed();
    return failure{error};
  }
  c.files.sync(c.p, d->file);
  return {};
}

result<file_status> status(call& c, descriptor fd) {
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return failure{found.error()};
  open_file_description* const d = found.value();
  return file_system::status(c.p, d->file);
}

}  // namespace

// --- the calls ---

result<descriptor> open_handle(std::string_view path, int flags, std::uint32_t mode, here where) {
  return open_with(path, flags, mode, where, [](call& c, open_file_description& d) {
    return c.descriptors.add_handle(c.p, d);
  });
}

result<int> open(std::string_view path, int flags, std::uint32_t mode, here where) {
  const result<descriptor> done =
      open_with(path, flags, mode, where,
                [](call& c, open_file_description& d) { return c.descriptors.add_number(c.p, d); });
  if (!done) return failure{done.error()};
  return done.value().number();
}

result<void> close(descriptor fd, here where) {
  call c{close_kind, where};
  if (c.p.abandoned()) return {};
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", descriptor_name(fd, c.descriptors.peek(fd)));
  });
  const result<void> done = close_descriptor(c, fd);
  c.p.describe([&](narration& n) { show_result(n, done); });
  return done;
}

result<int> dup(descriptor fd, here where) {
  call c{dup_kind, where};
  if (c.p.abandoned()) return -1;
  const result<int> done = duplicate(c, fd);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", descriptor_name(fd, c.descriptors.peek(fd)));
    show_result(n, done, [&] { return std::to_string(done.value()); });
  });
  return done;
}

result<std::string> read(descriptor fd, std::size_t count, here where) {
  call c{read_kind, where};
  if (c.p.abandoned()) return std::string{};
  result<std::string> done = read_next(c, fd, count);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", descriptor_name(fd, c.descriptors.peek(fd)));
    show_result(n, done, [&] { return shown_bytes(done.value()); });
  });
  return done;
}

result<std::string> pread(descriptor fd, std::size_t count, std::int64_t offset, here where) {
  call c{pread_kind, where};
  if (c.p.abandoned()) return std::string{};
  result<std::string> done = read_at(c, fd, count, offset);
  c.p.describe([&](narration& n) {
    n.arguments =
        fmt::format("({}, {}, {})", descriptor_name(fd, c.descriptors.peek(fd)), count, offset);
    show_result(n, done, [&] { return shown_bytes(done.value()); });
  });
  return done;
}

result<std::size_t> write(descriptor fd, std::string_view bytes, here where) {
  call c{write_kind, where};
  if (c.p.abandoned()) return bytes.size();
  const result<std::size_t> done = write_next(c, fd, bytes);
  c.p.describe([&](narration& n) {
    n.arguments =
        fmt::format("({}, {})", descriptor_name(fd, c.descriptors.peek(fd)), shown_bytes(bytes));
    show_result(n, done, [&] { return std::to_string(done.value()); });
  });
  return done;
}

result<std::size_t> pwrite(descriptor fd, std::string_view bytes, std::int64_t offset, here where) {
  call c{pwrite_kind, where};
  if (c.p.abandoned()) return bytes.size();
  const result<std::size_t> done = write_at(c, fd, bytes, offset);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({}, {}, {})", descriptor_name(fd, c.descriptors.peek(fd)),
                              shown_bytes(bytes), offset);
    show_result(n, done, [&] { return std::to_string(done.value()); });
  });
  return done;
}

result<std::int64_t> lseek(descriptor fd, std::int64_t offset, int whence, here where) {
  call c{lseek_kind, where};
  if (c.p.abandoned()) return std::int64_t{0};
  const result<std::int64_t> done = seek(c, fd, offset, whence);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({}, {})", descriptor_name(fd, c.descriptors.peek(fd)), offset);
    show_result(n, done, [&] { return std::to_string(done.value()); });
  });
  return done;
}

result<void> ftruncate(descriptor fd, std::int64_t size, here where) {
  call c{ftruncate_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = resize(c, fd, size);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({}, {})", descriptor_name(fd, c.descriptors.peek(fd)), size);
    show_result(n, done);
  });
  return done;
}

result<void> fsync(descriptor fd, here where) {
  call c{fsync_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = synchronise(c, fd);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", descriptor_name(fd, c.descriptors.peek(fd)));
    show_result(n, done);
  });
  return done;
}

result<file_status> fstat(descriptor fd, here where) {
  call c{fstat_kind, where};
  if (c.p.abandoned()) return file_status{};
  const result<file_status> done = status(c, fd);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", descriptor_name(fd, c.descriptors.peek(fd)));
    show_result(n, done, [&] { return size_name(done.value().size); });
  });
  return done;
}

void allow_short_writes(bool allowed) {
  files_of(host::current()).current().short_writes = allowed;
}

}  // namespace norn::io
