// Record lock table: the locks that fcntl(2) keeps on byte ranges of one inode. A lock belongs to a
// process; threads of one process never exclude one another, and closing any descriptor of the file
// drops every lock that the process has on it.
//
// Invariants: the ranges of one process are sorted, disjoint, and adjacent ones of one mode are
// merged; ranges of two processes overlap only where both are shared. The word of the gate stands for
// all locks (interned.hpp); 0 where there has been none.
//
// fcntl's EDEADLK is not modelled: a cycle of waiting processes is reported as the deadlock it is.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/model/io/descriptor.hpp>
#include <norn/model/io/lock_mode.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

struct record_lock {
  std::uint64_t first;
  std::uint64_t last;  // included
  lock_mode mode;

  friend auto operator<=>(const record_lock&, const record_lock&) = default;
};

struct owned_record_lock {
  process_id owner;
  record_lock lock;
};

class record_lock_table {
 public:
  explicit record_lock_table(std::string_view label) : gate_("record lock", label) {}

  const engine::object& gate() const { return gate_; }

  // Enabled while no other process has a lock that conflicts.
  engine::guard until_free(process_id by, const record_lock& wanted);

  // Sets the range to the wanted mode (none: unlocks it), whatever the process held there before.
  // Requires: the guard above is open.
  void set(engine::point& p, process_id by, const record_lock& wanted);

  // The same if that is possible at once; a failure only reads.
  bool try_set(engine::point& p, process_id by, const record_lock& wanted);

  // The first lock of another process that keeps `wanted` from being set; a read.
  std::optional<owned_record_lock> conflict(engine::point& p, process_id by,
                                            const record_lock& wanted) const;

  // Which processes have ever asked for a lock. For the caller to keep, with accesses of its own
  // (open_file_description::note_record_lock).
  void add_asker(process_id by) { askers_.push_back(by); }
  bool has_asked(process_id by) const;

  // Drops all that the process holds. Requires: it has asked for a lock.
  void release_all(engine::point& p, process_id by);

  // The descriptor has been closed while another thread of its process may still wait through it:
  // fcntl(2) then drops what it gets at once and says EBADF.
  void close_under_waiter(engine::point& p, descriptor closed, description_id led_to);
  bool closed_under_waiter(descriptor through, description_id led_to) const;

  // A step on the table that leaves it as it is.
  void touch(engine::point& p) { p.write(gate_); }

 private:
  // Locks in the order in which their owners came, those of one owner by position: the order in
  // which Linux looks for the lock that F_GETLK tells of.
  struct owner_locks {
    process_id owner;
    std::vector<record_lock> locks;

    friend auto operator<=>(const owner_locks&, const owner_locks&) = default;
  };
  using snapshot = std::vector<owner_locks>;
  struct request {
    process_id by;
    record_lock wanted;

    friend auto operator<=>(const request&, const request&) = default;
  };

  static std::optional<owned_record_lock> first_conflict(const snapshot& all, const request& r);
  static bool is_free_for(std::uint64_t word, std::uint64_t operand);
  std::vector<record_lock> held_by(process_id owner) const;
  void publish(engine::point& p, snapshot next);
  void describe_locks(engine::narration& n, process_id by) const;

  engine::object gate_;
  snapshot locks_;
  std::vector<process_id> askers_;
  std::vector<std::pair<descriptor, description_id>> closed_under_waiter_;
};

}  // namespace norn::io
