// Device: the disk that a file system is on, and what the environment may do to it.
//
//   io::may_fail(world, server, 1);     // one call that reads, writes or syncs gets EIO
//   io::may_fill_up(world, server);     // from some moment on there is no space: ENOSPC
//
// An error strikes the next call that goes to the device, whoever makes it, but for the process of the body.
#pragma once

#include <vector>

#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

// Up to `times` calls of read, pread, write, pwrite, truncate, ftruncate or fsync on the host fail with EIO
// (read(2), write(2), fsync(2)); nothing was read or stored then, and what the fsync should have written may
// be lost (file_crash_states.hpp). Misuse where `times` is below 1. A scheduling point.
void may_fail(faults& world, const host& of, int times = 1,
              source_location where = source_location::current());

// From some moment on the disk is full: calls that would make a file longer or add a name fail with ENOSPC
// (write(2), open(2), mkdir(2), link(2)), until the faults cease. A scheduling point.
void may_fill_up(faults& world, const host& of, source_location where = source_location::current());

class device {
 public:
  // 0, or the error that a call of the process gets, and the access to the device: of a call that reads,
  // writes or syncs; of one that would make a file longer or add a name.
  int transfer_error(engine::point& p, const process& by);
  int space_error(engine::point& p, const process& by);

 private:
  friend void may_fail(faults&, const host&, int, source_location);
  friend void may_fill_up(faults&, const host&, source_location);

  engine::object state_{"disk"};
  bool may_fail_ = false;
  bool may_fill_up_ = false;
  std::vector<engine::declared_fault*> armed_;  // errors to come, by what has struck
  engine::declared_fault* full_by_ = nullptr;
};

}  // namespace norn::io
