// Device faults: what the environment may do to the disk of a host.
//
//   io::may_fail(world, server, 1);     // one call that reads, writes or syncs gets EIO
//   io::may_fill_up(world, server);     // from some moment on there is no space: ENOSPC
//
// An error strikes the next call that goes to the device, whoever makes it, but for the process of the body.
#pragma once

#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::io {

// Up to `times` calls of read, pread, write, pwrite, truncate, ftruncate or fsync on the host fail with EIO
// (read(2), write(2), fsync(2)); nothing was read or stored then, and what the fsync should have written may
// be lost (file_crash_states.hpp). Misuse where `times` is below 1. A scheduling point.
void may_fail(faults& world, const host& of, int times = 1,
              source_location where = source_location::current());

// From some moment on the disk is full: calls that would make a file longer or add a name fail with ENOSPC
// (write(2), open(2), mkdir(2), link(2)), until the faults cease. A scheduling point.
void may_fill_up(faults& world, const host& of, source_location where = source_location::current());

}  // namespace norn::io
