#include <norn/model/io/open_file_description.hpp>

#include <fcntl.h>

#include <algorithm>

#include <fmt/format.h>

namespace norn::io {

using namespace engine;

namespace {

constexpr region offset_key = region::key(0);
constexpr region descriptors_key = region::key(1);
constexpr region waiters_key = region::key(2);
constexpr region flock_key = region::key(3);

}  // namespace

open_file_description::open_file_description(description_id named, const file_system& made_in,
                                             inode& of, int flags, file_locks& locked_in)
    : id(named),
      in(made_in),
      file(of),
      locks(locked_in),
      readable((flags & O_ACCMODE) != O_WRONLY),
      writable((flags & O_ACCMODE) != O_RDONLY),
      appends((flags & O_APPEND) != 0),
      state_("open file", of.name) {}

std::uint64_t open_file_description::offset(point& p) const {
  p.read(state_, offset_key);
  return offset_;
}

void open_file_description::set_offset(point& p, std::uint64_t offset) {
  p.write(state_, offset_key);
  offset_ = offset;
}

void open_file_description::add_descriptor(point& p) {
  p.write(state_, descriptors_key);
  ++descriptors_;
}

bool open_file_description::remove_descriptor(point& p) {
  p.write(state_, descriptors_key);
  return --descriptors_ == 0;
}

void open_file_description::note_waiter(point& p) {
  if (std::find(waiters_.begin(), waiters_.end(), p.thread()) != waiters_.end()) {
    p.read(state_, waiters_key);
    return;
  }
  p.write(state_, waiters_key);
  waiters_.push_back(p.thread());
}

bool open_file_description::others_may_wait(point& p) const {
  p.read(state_, waiters_key);
  return std::any_of(waiters_.begin(), waiters_.end(),
                     [&](thread_id t) { return t != p.thread(); });
}

void open_file_description::note_flock(point& p) {
  if (may_hold_flock(p)) return;
  p.write(state_, flock_key);
  may_hold_flock_ = true;
}

void open_file_description::forget_flock(point& p) {
  p.write(state_, flock_key);
  may_hold_flock_ = false;
}

bool open_file_description::may_hold_flock(point& p) const {
  p.read(state_, flock_key);
  return may_hold_flock_;
}

void open_file_description::note_record_lock(point& p, process_id by) {
  if (may_hold_record_lock(p, by)) return;
  p.write(file.state, inode::record_lock_key(by));
  locks.record_locks.add_asker(by);
}

bool open_file_description::may_hold_record_lock(point& p, process_id by) const {
  p.read(file.state, inode::record_lock_key(by));
  return locks.record_locks.has_asked(by);
}

std::string descriptor_name(descriptor d, const open_file_description* to) {
  const std::string name = to == nullptr ? "" : to->file.name;
  if (!d.is_number()) return d.is_handle() ? name : "-1";
  return name.empty() ? std::to_string(d.number()) : fmt::format("{} {}", d.number(), name);
}

}  // namespace norn::io
