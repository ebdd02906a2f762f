// System calls that lock files.
//
// A call that may wait is two steps. The first finds the file through the descriptor; the second
// waits for the lock table and touches nothing else (operation.hpp, guard). Whoever closes the
// descriptor in between leaves word in the lock table.
#include <fmt/format.h>

#include <cerrno>

#include <norn/model/io/call.hpp>
#include <norn/model/io/narrate.hpp>
#include <norn/model/io/system_calls.hpp>

namespace norn::io {

using namespace engine;

namespace {

// Unlocking is what destructors do.
constexpr operation_kind flock_kind{.name = "flock", .reach = reach::unknown};
constexpr operation_kind flock_unlock_kind{
    .name = "flock", .reach = reach::unknown, .nothrow = true};
constexpr operation_kind flock_wait_kind{"flock"};
constexpr operation_kind fcntl_kind{.name = "fcntl", .reach = reach::unknown};
constexpr operation_kind fcntl_unlock_kind{
    .name = "fcntl", .reach = reach::unknown, .nothrow = true};
constexpr operation_kind fcntl_wait_kind{"fcntl"};

// --- flock ---

lock_mode flock_mode(int operation) {
  return (operation & ~LOCK_NB) == LOCK_EX ? lock_mode::exclusive : lock_mode::shared;
}

bool is_flock_operation(int operation) {
  const int what = operation & ~LOCK_NB;
  return what == LOCK_SH || what == LOCK_EX || what == LOCK_UN;
}

// What is left of a call after its first step: nothing, or to take the lock.
struct flock_rest {
  open_file_description* through = nullptr;
};

void unlock(call& c, open_file_description& d) {
  if (!d.may_hold_flock(c.p)) return;
  d.locks.flocks.release(c.p, d.id);
  if (!d.others_may_wait(c.p)) d.forget_flock(c.p);
}

result<flock_rest> begin_lock(call& c, open_file_description& d, int operation) {
  const lock_mode wanted = flock_mode(operation);
  const lock_mode held = d.may_hold_flock(c.p) ? d.locks.flocks.held(c.p, d.id) : lock_mode::none;
  d.note_flock(c.p);
  if (held == wanted) return flock_rest{};
  const bool waits = (operation & LOCK_NB) == 0;
  if (held == lock_mode::none && !waits) {
    if (!d.locks.flocks.try_acquire(c.p, d.id, wanted)) return failure{EWOULDBLOCK};
    return flock_rest{};
  }
  if (held != lock_mode::none) d.locks.flocks.release(c.p, d.id);
  d.note_waiter(c.p);
  return flock_rest{&d};
}

result<flock_rest> begin_flock(call& c, descriptor fd, int operation) {
  if (!is_flock_operation(operation)) return failure{EINVAL};
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return failure{found.error()};
  open_file_description* const d = found.value();
  if ((operation & ~LOCK_NB) != LOCK_UN) return begin_lock(c, *d, operation);
  unlock(c, *d);
  return flock_rest{};
}

result<void> take_flock(open_file_description& d, int operation, here where) {
  flock_table& locks = d.locks.flocks;
  const lock_mode wanted = flock_mode(operation);
  if ((operation & LOCK_NB) != 0) {
    point p{flock_wait_kind, locks.gate(), where};
    const bool taken = locks.try_acquire(p, d.id, wanted);
    p.describe([&](narration& n) { n.result = taken ? "0" : error_name(EWOULDBLOCK); });
    if (!taken) return failure{EWOULDBLOCK};
    return {};
  }
  point p{flock_wait_kind, locks.gate(), where, locks.until_free(d.id, wanted)};
  locks.acquire(p, d.id, wanted);
  p.describe([](narration& n) { n.result = "0"; });
  return {};
}

// --- fcntl ---

struct lock_request {
  open_file_description* through = nullptr;
  record_lock lock{};
};

std::optional<lock_mode> record_mode(short type) {
  switch (type) {
    case F_RDLCK:
      return lock_mode::shared;
    case F_WRLCK:
      return lock_mode::exclusive;
    case F_UNLCK:
      return lock_mode::none;
    default:
      return std::nullopt;
  }
}

result<std::int64_t> base_of(call& c, const open_file_description& d, int whence) {
  switch (whence) {
    case SEEK_SET:
      return std::int64_t{0};
    case SEEK_CUR:
      return static_cast<std::int64_t>(d.offset(c.p));
    case SEEK_END:
      return static_cast<std::int64_t>(file_system::status(c.p, d.file).size);
    default:
      return failure{EINVAL};
  }
}

// flock_to_posix_lock of Linux's fs/locks.c.
result<record_lock> range_of(std::int64_t base, const struct ::flock& asked, lock_mode mode) {
  std::int64_t start = 0;
  if (__builtin_add_overflow(base, std::int64_t{asked.l_start}, &start)) return failure{EOVERFLOW};
  if (start < 0) return failure{EINVAL};
  std::int64_t last = INT64_MAX;
  if (asked.l_len > 0) {
    if (__builtin_add_overflow(start, std::int64_t{asked.l_len} - 1, &last)) {
      return failure{EOVERFLOW};
    }
  } else if (asked.l_len < 0) {
    last = start - 1;
    start += asked.l_len;
    if (start < 0) return failure{EINVAL};
  }
  return record_lock{static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(last), mode};
}

result<lock_request> requested(call& c, descriptor fd, const struct ::flock& asked) {
  const result<open_file_description*> found = c.opened(fd);
  if (!found) return failure{found.error()};
  open_file_description* const d = found.value();
  const result<std::int64_t> base = base_of(c, *d, asked.l_whence);
  if (!base) return failure{base.error()};
  const std::optional<lock_mode> mode = record_mode(asked.l_type);
  const result<record_lock> range = range_of(base.value(), asked, mode.value_or(lock_mode::none));
  if (!range) return failure{range.error()};
  if (!mode) return failure{EINVAL};
  return lock_request{d, range.value()};
}

bool may_set(const lock_request& r) {
  switch (r.lock.mode) {
    case lock_mode::shared:
      return r.through->readable;
    case lock_mode::exclusive:
      return r.through->writable;
    default:
      return true;
  }
}

void answer(struct ::flock& lock, const std::optional<owned_record_lock>& in_the_way) {
  if (!in_the_way) {
    lock.l_type = F_UNLCK;
    return;
  }
  const record_lock& found = in_the_way->lock;
  lock.l_type = found.mode == lock_mode::exclusive ? F_WRLCK : F_RDLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<std::int64_t>(found.first);
  lock.l_len =
      found.last == INT64_MAX ? 0 : static_cast<std::int64_t>(found.last - found.first + 1);
  lock.l_pid = static_cast<int>(index_of(in_the_way->owner));
}

result<void> get_lock(call& c, descriptor fd, struct ::flock& lock) {
  const result<lock_request> r = requested(c, fd, lock);
  if (!r) return failure{r.error()};
  if (r.value().lock.mode == lock_mode::none) return failure{EINVAL};
  answer(lock, r.value().through->locks.record_locks.conflict(c.p, c.by.id(), r.value().lock));
  return {};
}

// What is left to do when it is not all done: `through` says so.
result<lock_request> begin_set_lock(call& c, descriptor fd, const struct ::flock& lock,
                                    bool waits) {
  const result<lock_request> r = requested(c, fd, lock);
  if (!r) return r;
  if (!may_set(r.value())) return failure{EBADF};
  open_file_description& d = *r.value().through;
  const bool unlocks = r.value().lock.mode == lock_mode::none;
  if (unlocks && !d.may_hold_record_lock(c.p, c.by.id())) return lock_request{};
  if (!unlocks) d.note_record_lock(c.p, c.by.id());
  if (waits && !unlocks) {
    d.note_waiter(c.p);
    return r;
  }
  if (!d.locks.record_locks.try_set(c.p, c.by.id(), r.value().lock)) return failure{EAGAIN};
  return lock_request{};
}

result<void> take_record_lock(const lock_request& r, descriptor fd, here where) {
  record_lock_table& locks = r.through->locks.record_locks;
  const process_id by = process::current().id();
  point p{fcntl_wait_kind, locks.gate(), where, locks.until_free(by, r.lock)};
  const bool closed = locks.closed_under_waiter(fd, r.through->id);
  if (closed) {
    locks.touch(p);
  } else {
    locks.set(p, by, r.lock);
  }
  p.describe([&](narration& n) { n.result = closed ? error_name(EBADF) : "0"; });
  if (closed) return failure{EBADF};
  return {};
}

std::string shown(int command, const struct ::flock& lock) {
  const char* const name = command == F_SETLK    ? "F_SETLK"
                           : command == F_SETLKW ? "F_SETLKW"
                                                 : "F_GETLK";
  const char* const type = lock.l_type == F_RDLCK   ? "F_RDLCK"
                           : lock.l_type == F_WRLCK ? "F_WRLCK"
                                                    : "F_UNLCK";
  return fmt::format("{}, {} {}+{}", name, type, lock.l_start, lock.l_len);
}

}  // namespace

result<void> flock(descriptor fd, int operation, here where) {
  flock_rest rest;
  {
    call c{(operation & ~LOCK_NB) == LOCK_UN ? flock_unlock_kind : flock_kind, where};
    if (c.p.abandoned()) return {};
    const result<flock_rest> begun = begin_flock(c, fd, operation);
    c.p.describe([&](narration& n) {
      n.arguments = fmt::format("({}, {})", descriptor_name(fd, c.descriptors.peek(fd)),
                                flock_operation_name(operation));
      show_result(n, begun, [&] { return begun.value().through == nullptr ? "0" : "to be taken"; });
    });
    if (!begun) return failure{begun.error()};
    rest = begun.value();
  }
  if (rest.through == nullptr) return {};
  return take_flock(*rest.through, operation, where);
}

result<void> fcntl(descriptor fd, int command, struct ::flock& lock, here where) {
  lock_request rest;
  {
    const bool unlocks = command != F_GETLK && lock.l_type == F_UNLCK;
    call c{unlocks ? fcntl_unlock_kind : fcntl_kind, where};
    if (c.p.abandoned()) return {};
    c.p.describe([&](narration& n) {
      n.arguments = fmt::format("({}, {})", descriptor_name(fd, c.descriptors.peek(fd)),
                                shown(command, lock));
    });
    if (command != F_SETLK && command != F_SETLKW && command != F_GETLK) return failure{EINVAL};
    if (command == F_GETLK) {
      const result<void> done = get_lock(c, fd, lock);
      c.p.describe([&](narration& n) { show_result(n, done); });
      return done;
    }
    const result<lock_request> begun = begin_set_lock(c, fd, lock, command == F_SETLKW);
    c.p.describe([&](narration& n) {
      show_result(n, begun, [&] { return begun.value().through == nullptr ? "0" : "to be taken"; });
    });
    if (!begun) return failure{begun.error()};
    rest = begun.value();
  }
  if (rest.through == nullptr) return {};
  return take_record_lock(rest, fd, where);
}

}  // namespace norn::io
