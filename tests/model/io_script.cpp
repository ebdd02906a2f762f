#include "io_script.hpp"

#include <norn/model/io/narrate.hpp>
#include <norn/model/io/system_calls.hpp>

#include <cerrno>

#include <fmt/format.h>

namespace norn::io_script {

using namespace engine;

namespace {

template <class T>
const T& one_of(random_source& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}

int draw_open_flags(random_source& random) {
  int flags = one_of<int>(random, {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR});
  if (random() % 2 == 0) flags |= O_CREAT;
  if (random() % 6 == 0) flags |= O_EXCL;
  if (random() % 4 == 0) flags |= O_TRUNC;
  if (random() % 5 == 0) flags |= O_APPEND;
  // Before Linux 6.4 the two went together in a way of their own.
  if ((flags & O_CREAT) == 0 && random() % 8 == 0) flags |= O_DIRECTORY;
  // Undefined without O_CREAT (open(2)).
  if ((flags & O_CREAT) == 0) flags &= ~O_EXCL;
  return flags;
}

// More of what the others need in order to succeed; little of what waits for a disk.
operation draw_operation(random_source& random) {
  const int kind = static_cast<int>(random() % (operation_count + 4));
  if (kind >= operation_count + 2) return operation::write;
  if (kind >= operation_count) return operation::open;
  if (operation(kind) == operation::fsync && random() % 10 != 0) return operation::pread;
  return operation(kind);
}

std::string errno_text(int error) { return io::error_name(error); }

template <class T, class Shown>
std::string describe(const io::result<T>& r, Shown shown) {
  return r.ok() ? shown(r.value()) : errno_text(r.error());
}

std::string describe(const io::result<void>& r) { return r.ok() ? "0" : errno_text(r.error()); }

std::string describe(const io::result<std::string>& r) {
  return describe(r, [](const std::string& s) { return io::shown_bytes(s); });
}

template <class Number>
std::string describe_number(const io::result<Number>& r) {
  return describe(r, [](const Number& n) { return std::to_string(n); });
}

// What model and system can agree on: not the identity, nor the size and links of a directory.
std::string describe(const io::result<io::file_status>& r) {
  return describe(r, [](const io::file_status& s) {
    return s.type == io::file_type::directory ? std::string("directory")
                                              : fmt::format("file {} {}", s.size, s.links);
  });
}

std::string describe_lock(const io::result<void>& r, const struct ::flock& lock) {
  if (!r.ok()) return errno_text(r.error());
  if (lock.l_type == F_UNLCK) return "free";
  return fmt::format("{} {}+{} held by {}", lock.l_type == F_WRLCK ? "write" : "read", lock.l_start,
                     lock.l_len, lock.l_pid);
}

struct ::flock lock_of(const instruction& i) {
  struct ::flock lock {};
  lock.l_type = static_cast<short>(i.flags);
  lock.l_whence = SEEK_SET;
  lock.l_start = i.offset;
  lock.l_len = i.length;
  return lock;
}

std::string run_lock(const instruction& i, int command) {
  struct ::flock lock = lock_of(i);
  const io::result<void> r = io::fcntl(i.fd, command, lock);
  return command == F_GETLK ? describe_lock(r, lock) : describe(r);
}

}  // namespace

std::vector<std::string> varied_paths() {
  const std::string long_name(256, 'n');
  return {"a",        "b",
          "d",        "d/a",
          "d/b",      "d/e",
          "d/e/a",    "/a",
          "/d/../b",  "d/.",
          "d/..",     ".",
          "..",       "/",
          "a/",       "b/",
          "d/",       "d/e/",
          "a/a",      "./a",
          "d//a",     "d/./b",
          "miss/a",   "",
          long_name,  "e/..",
          "d/e/../a", "d/a/.",
          "e",        "d/../d",
          "e/a",      "d/e/..",
          "a/..",     "d/" + long_name,
          "//d//e//"};
}

std::vector<std::string> plain_paths() { return {"a", "b", "d/a", "d", "d/../b", "e"}; }

instruction draw(random_source& random, const shape& s) {
  instruction i;
  i.what = s.only.empty() ? draw_operation(random) : one_of(random, s.only);
  i.path = one_of(random, s.paths);
  i.path2 = one_of(random, s.paths);
  i.fd = 3 + static_cast<int>(random() % static_cast<std::uint64_t>(s.fds));
  i.offset = static_cast<std::int64_t>(random() % 7) - (random() % 16 == 0 ? 7 : 0);
  i.length = static_cast<std::int64_t>(random() % 6) - (random() % 16 == 0 ? 6 : 0);
  i.bytes = std::string(random() % 5, static_cast<char>('p' + random() % 5));
  switch (i.what) {
    case operation::open:
      i.flags = draw_open_flags(random);
      break;
    case operation::lseek:
      i.flags = one_of<int>(random, {SEEK_SET, SEEK_CUR, SEEK_END, 77});
      break;
    case operation::flock:
      i.flags = one_of<int>(random, {LOCK_SH, LOCK_EX, LOCK_UN, LOCK_EX, 0});
      if (!s.blocking_locks || random() % 4 == 0) i.flags |= LOCK_NB;
      break;
    case operation::setlk:
    case operation::getlk:
      i.flags = one_of<int>(random, {F_RDLCK, F_WRLCK, F_UNLCK, F_WRLCK});
      break;
    default:
      break;
  }
  return i;
}

std::vector<instruction> prologue() {
  const auto on_path = [](operation what, const char* path, int flags = 0) {
    instruction i;
    i.what = what;
    i.path = path;
    i.flags = flags;
    return i;
  };
  instruction fill;
  fill.what = operation::write;
  fill.fd = 3;
  fill.bytes = "hello";
  return {on_path(operation::open, "a", O_CREAT | O_RDWR), fill, on_path(operation::mkdir, "d"),
          on_path(operation::mkdir, "d/e"), on_path(operation::open, "d/a", O_CREAT | O_RDWR)};
}

std::string run_on_model(const instruction& i) {
  const auto count = static_cast<std::size_t>(i.length < 0 ? 0 : i.length);
  switch (i.what) {
    case operation::open:
      return describe_number(io::open(i.path, i.flags));
    case operation::close:
      return describe(io::close(i.fd));
    case operation::dup:
      return describe_number(io::dup(i.fd));
    case operation::read:
      return describe(io::read(i.fd, count));
    case operation::pread:
      return describe(io::pread(i.fd, count, i.offset));
    case operation::write:
      return describe_number(io::write(i.fd, i.bytes));
    case operation::pwrite:
      return describe_number(io::pwrite(i.fd, i.bytes, i.offset));
    case operation::lseek:
      return describe_number(io::lseek(i.fd, i.offset, i.flags));
    case operation::ftruncate:
      return describe(io::ftruncate(i.fd, i.offset));
    case operation::fsync:
      return describe(io::fsync(i.fd));
    case operation::fstat:
      return describe(io::fstat(i.fd));
    case operation::rename:
      return describe(io::rename(i.path, i.path2));
    case operation::link:
      return describe(io::link(i.path, i.path2));
    case operation::unlink:
      return describe(io::unlink(i.path));
    case operation::mkdir:
      return describe(io::mkdir(i.path));
    case operation::rmdir:
      return describe(io::rmdir(i.path));
    case operation::truncate:
      return describe(io::truncate(i.path, i.offset));
    case operation::stat:
      return describe(io::stat(i.path));
    case operation::readdir:
      return describe(io::readdir(i.path), [](const std::vector<std::string>& names) {
        return fmt::format("[{}]", fmt::join(names, " "));
      });
    case operation::flock:
      return describe(io::flock(i.fd, i.flags));
    case operation::setlk:
      return run_lock(i, F_SETLK);
    case operation::getlk:
      return run_lock(i, F_GETLK);
  }
  return "?";
}

std::string text_of(const instruction& i) {
  static const char* const names[] = {
      "open",      "close", "dup",     "read",   "pread", "write",  "pwrite", "lseek",
      "ftruncate", "fsync", "fstat",   "rename", "link",  "unlink", "mkdir",  "rmdir",
      "truncate",  "stat",  "readdir", "flock",  "setlk", "getlk"};
  return fmt::format("{}(path {:.20} {:.20}, fd {}, flags {:#o}, offset {}, length {}, bytes {})",
                     names[static_cast<int>(i.what)], i.path, i.path2, i.fd, i.flags, i.offset,
                     i.length, i.bytes);
}

instructions draw_script(random_source& random, const shape& s, std::size_t length) {
  instructions drawn;
  while (drawn.size() < length) drawn.push_back(draw(random, s));
  return drawn;
}

std::string text_of(const scripts& all) {
  std::string text;
  for (std::size_t t = 0; t < all.size(); ++t) {
    for (const instruction& i : all[t]) text += fmt::format("  thread {}: {}\n", t, text_of(i));
  }
  return text;
}

void shown::run(std::size_t thread, const instructions& script) {
  for (const instruction& each : script) results[thread] += run_on_model(each) + "; ";
}

std::string shown::text() const {
  std::string all = tree;
  for (const std::string& each : results) all += "\n" + each;
  return all;
}

std::string tree_of_model(const std::string& directory) {
  std::string text;
  const std::vector<std::string> names = io::readdir(directory).value();
  for (const std::string& name : names) {
    const std::string path = directory == "/" ? "/" + name : directory + "/" + name;
    const io::file_status status = io::stat(path).value();
    if (status.type == io::file_type::directory) {
      text += path + "/\n" + tree_of_model(path);
      continue;
    }
    const int fd = io::open(path, O_RDONLY).value();
    text += fmt::format("{} links {} {}\n", path, status.links,
                        io::shown_bytes(io::read(fd, 4096).value()));
    io::close(fd).value();
  }
  return text;
}

}  // namespace norn::io_script
