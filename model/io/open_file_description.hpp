// Open file description: what open(2) makes and a descriptor refers to (POSIX.1-2017, 3.258): the
// inode, the file offset, how it was opened. Descriptors made by dup(2) share it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <norn/model/io/descriptor.hpp>
#include <norn/model/io/inode.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

class file_system;

class open_file_description {
 public:
  // `locked_in`: where locks taken through it are kept, the inode's own or those that a client of a network
  // file system keeps for itself.
  open_file_description(description_id named, const file_system& in, inode& of, int flags,
                        file_locks& locked_in);

  const description_id id;
  const file_system& in;
  inode& file;
  file_locks& locks;
  const bool readable;
  const bool writable;
  const bool appends;

  std::uint64_t offset(engine::point& p) const;
  void set_offset(engine::point& p, std::uint64_t offset);

  // Descriptors that refer to it. True when the last one went.
  void add_descriptor(engine::point& p);
  bool remove_descriptor(engine::point& p);

  // Which threads have waited for a lock through it: what the rest of a wait may do depends on
  // whether somebody closes the descriptor meanwhile.
  void note_waiter(engine::point& p);
  bool others_may_wait(engine::point& p) const;

  // Whether it may hold a lock of flock, or come to hold one by a wait that has begun. While it may
  // not, a close leaves the lock table alone.
  void note_flock(engine::point& p);
  void forget_flock(engine::point& p);
  bool may_hold_flock(engine::point& p) const;

  // Whether the process may hold a record lock of the file, or come to hold one by a wait that has begun: it has asked
  // for one. While it has not, its closes and unlocks leave the lock table alone.
  void note_record_lock(engine::point& p, process_id by);
  bool may_hold_record_lock(engine::point& p, process_id by) const;

 private:
  engine::object state_;
  std::uint64_t offset_ = 0;
  std::uint32_t descriptors_ = 0;
  std::vector<engine::thread_id> waiters_;
  bool may_hold_flock_ = false;
};

// For the reader of a trace: "reviews.json", with the number in front where there is one, "3 reviews.json".
// `to`: what the descriptor refers to; null where it refers to nothing.
std::string descriptor_name(descriptor d, const open_file_description* to);

}  // namespace norn::io
