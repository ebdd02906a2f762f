// System calls on files, in the shape of their manual pages. Flags and errno values are those of the
// system's own headers (fcntl.h, sys/file.h); a failed call returns the errno value that Linux gives.
//
// Every call is one step, and a scheduling point. A call that may wait for a lock is two: it finds
// the file and then, as a step of its own, takes the lock. Calls act on the files of the running
// thread's host and the descriptors of its process. Those that undo something (close, unlink, rmdir,
// unlocking) may be called in destructors.
//
// Not modelled: permissions, symbolic links, the current directory (relative paths start at the
// root), devices, EINTR. EIO and ENOSPC come where they are asked for (device_faults.hpp).
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <norn/model/io/descriptor.hpp>
#include <norn/model/io/device_faults.hpp>
#include <norn/model/io/file_system.hpp>
#include <norn/model/io/result.hpp>
#include <norn/model/io/visible_files.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::io {

using here = source_location;

// --- descriptors ---

inline constexpr std::uint32_t default_mode = 0644;

// open(2). Knows O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY and
// O_CLOEXEC (no difference). The result is the lowest number that is free in the process, so opens of
// threads of one process do not commute; `file` (file.hpp) has no number, and commutes.
result<int> open(std::string_view path, int flags, std::uint32_t mode = default_mode,
                 here where = here::current());
result<void> close(descriptor fd, here where = here::current());
result<int> dup(descriptor fd, here where = here::current());

// Fewer bytes than asked for only at the end of the file; none at all there.
result<std::string> read(descriptor fd, std::size_t count, here where = here::current());
result<std::string> pread(descriptor fd, std::size_t count, std::int64_t offset,
                          here where = here::current());
// All bytes, or fewer where short writes are asked for (allow_short_writes). With O_APPEND, pwrite
// appends whatever the offset, as Linux does.
result<std::size_t> write(descriptor fd, std::string_view bytes, here where = here::current());
result<std::size_t> pwrite(descriptor fd, std::string_view bytes, std::int64_t offset,
                           here where = here::current());
result<std::int64_t> lseek(descriptor fd, std::int64_t offset, int whence,
                           here where = here::current());
result<void> ftruncate(descriptor fd, std::int64_t size, here where = here::current());
result<void> fsync(descriptor fd, here where = here::current());
result<file_status> fstat(descriptor fd, here where = here::current());

// --- names ---

// Atomic: at no moment does `to` name nothing, when it named something before.
result<void> rename(std::string_view from, std::string_view to, here where = here::current());
result<void> link(std::string_view existing, std::string_view fresh, here where = here::current());
result<void> unlink(std::string_view path, here where = here::current());
result<void> mkdir(std::string_view path, std::uint32_t mode = 0755, here where = here::current());
result<void> rmdir(std::string_view path, here where = here::current());
result<void> truncate(std::string_view path, std::int64_t size, here where = here::current());
result<file_status> stat(std::string_view path, here where = here::current());
// Whether stat succeeds.
bool exists(std::string_view path, here where = here::current());
// The whole directory in one step, sorted, without . and ..: what opendir, readdir and closedir give
// when nothing changes meanwhile.
result<std::vector<std::string>> readdir(std::string_view path, here where = here::current());

// --- locks ---

// flock(2): LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB not to wait (EWOULDBLOCK). The lock belongs to
// the open file description and goes with its last descriptor. Changing between shared and exclusive
// gives the old lock up first, and in a step of its own.
result<void> flock(descriptor fd, int operation, here where = here::current());

// fcntl(2): F_SETLK, F_SETLKW and F_GETLK, which answers in `lock`. The lock belongs to the process,
// and goes when the process closes any descriptor of the file. No EDEADLK.
result<void> fcntl(descriptor fd, int command, struct ::flock& lock, here where = here::current());

// --- the world ---

// Lets write and pwrite on the running thread's host store fewer bytes than given: every length from
// one byte to all is tried. Not a scheduling point; to be called before threads start.
void allow_short_writes(bool allowed = true);

// What the disk of the host promises for what was not synced, where the host may crash (faults.hpp). Not a
// scheduling point; to be called before the crash is declared.
void set_storage(const host& of, storage kind);

// The client's processes see the server's files from now on, over the network. No more of a scheduling point than
// the change of a ghost (ghost.hpp); to be called before threads start. The server's files outlive a crash of the client.
void mount(const host& client, const host& server, network_locks locks);

// Inside the predicate of `always`: the contents of a file, nothing when there is no such file. It is looked for
// among the files that the host's processes see; where no host is named, it is that of the body. Not a scheduling
// point.
std::optional<std::string> observe_file(const host& of, std::string_view path);
std::optional<std::string> observe_file(std::string_view path);

// For `file`: opens without a number.
result<descriptor> open_handle(std::string_view path, int flags, std::uint32_t mode, here where);

}  // namespace norn::io
