// Call: what every system call starts with: the step, the files of the running thread's host and the
// descriptors of its process.
#pragma once

#include <norn/model/io/descriptor_table.hpp>
#include <norn/model/io/file_system.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

inline file_system& files_of(const host& h) { return h.part<file_system>(); }
inline descriptor_table& descriptors_of(const process& p) { return p.part<descriptor_table>(); }

struct call {
  call(const operation_kind& kind, source_location where)
      : p(kind, where),
        by(process::current()),
        files(files_of(by.on())),
        descriptors(descriptors_of(by)) {}

  point p;
  process by;
  file_system& files;
  descriptor_table& descriptors;
};

}  // namespace norn::io
