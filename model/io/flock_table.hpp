// Flock table: the locks that flock(2) keeps on one inode. A lock belongs to an open file
// description, not to a process or thread: descriptors that share the description share the lock.
//
// Invariants: at most one holder when one of them is exclusive; a description appears once. The word
// of the gate says all that a waiter must know: the number of holders, whether they exclude others,
// and who holds it when only one does.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <norn/model/io/descriptor.hpp>
#include <norn/model/io/lock_mode.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

class flock_table {
 public:
  explicit flock_table(std::string_view label) : gate_("flock", label) {}

  const engine::object& gate() const { return gate_; }

  // Enabled while no other description holds a lock that conflicts.
  engine::guard until_free(description_id by, lock_mode wanted) const;

  // Takes the lock, in place of what the description holds. Requires: the guard above is open.
  void acquire(engine::point& p, description_id by, lock_mode wanted);

  // Takes the lock if that is possible at once; a failure only reads.
  bool try_acquire(engine::point& p, description_id by, lock_mode wanted);

  // Gives up what the description holds, if it holds anything.
  void release(engine::point& p, description_id by);

  // What the description holds. A write: whoever looks at a gate that may be open is told apart from who takes it.
  lock_mode held(engine::point& p, description_id by) const;

  // The last descriptor has been closed while another thread may still wait for the lock: the wait
  // goes on, as flock(2) holds on to the description, but what it gets is dropped at once.
  void close_under_waiter(engine::point& p, description_id by);

 private:
  struct holder {
    description_id id;
    lock_mode mode;
  };

  std::uint64_t encoded() const;
  const holder* find(description_id by) const;
  void erase(description_id by);
  bool closed_under_waiter(description_id by) const;

  engine::object gate_;
  std::vector<holder> holders_;
  std::vector<description_id> closed_under_waiter_;
};

}  // namespace norn::io
