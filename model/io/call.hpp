// Call: what every system call starts with: the step, the files that the running thread's process sees and
// the descriptors that it has.
#pragma once

#include <cerrno>

#include <norn/model/io/descriptor_table.hpp>
#include <norn/model/io/device.hpp>
#include <norn/model/io/file_system.hpp>
#include <norn/model/io/result.hpp>
#include <norn/model/io/visible_files.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

inline visible_files& files_of(const host& h) { return h.part<visible_files>(); }
inline descriptor_table& descriptors_of(const process& p) { return p.part<descriptor_table>(); }

struct call {
  call(const engine::operation_kind& kind, source_location where)
      : p(kind, where),
        by(process::current()),
        mounted(files_of(by.on())),
        files(mounted.seen_by(p, by)),
        descriptors(descriptors_of(by)),
        disk(mounted.disk()) {
    descriptors.belongs_to(by.id());
  }

  // The open file description that the descriptor leads to. One that was opened before its host crashed
  // leads nowhere any more.
  result<open_file_description*> opened(descriptor fd) {
    open_file_description* const d = descriptors.find(p, fd);
    if (d == nullptr) return failure{EBADF};
    if (&d->in != &files) return failure{ESTALE};
    return d;
  }

  engine::point p;
  process by;
  visible_files& mounted;
  file_system& files;
  descriptor_table& descriptors;
  device& disk;
};

}  // namespace norn::io
