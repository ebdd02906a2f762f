// How file operations show in a trace. Used only while an execution is narrated.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <norn/model/io/lock_mode.hpp>
#include <norn/model/io/result.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

std::string error_name(int error);       // "ENOENT"
std::string open_flags_name(int flags);  // "O_WRONLY|O_TRUNC"
std::string flock_operation_name(int operation);
std::string shown_bytes(std::string_view bytes);  // quoted, shortened
// "[]" → "[1]": what a file held before and after, each in quotes. Where they are long, what they begin and
// end with in common is left out, and so is the middle of what is still too long for a line.
std::string difference(std::string_view before, std::string_view after);
// "shared"; nothing for an exclusive lock, which is the usual one.
std::string lock_mode_name(lock_mode mode);
std::string size_name(std::uint64_t bytes);  // "24 bytes"

template <class T, class Shown>
void show_result(engine::narration& n, const result<T>& r, Shown&& shown) {
  n.result = r.ok() ? shown() : error_name(r.error());
}
inline void show_result(engine::narration& n, const result<void>& r) {
  n.result = r.ok() ? "0" : error_name(r.error());
}

}  // namespace norn::io
