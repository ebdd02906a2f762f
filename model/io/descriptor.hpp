// Descriptor: how a process names what it has opened. A number, as open(2) returns it, or the
// private handle of a `file` object, which shows its number to nobody.
#pragma once

#include <cstdint>

namespace norn::io {

class descriptor {
 public:
  // A number; a negative one names nothing (EBADF).
  constexpr descriptor(int number) : key_(static_cast<std::uint64_t>(std::int64_t{number})) {}

  static constexpr descriptor handle(std::uint32_t logical_name) {
    descriptor d{0};
    d.key_ = first_handle + logical_name;
    return d;
  }

  // Its place among the keys of the process' descriptor table.
  constexpr std::uint64_t key() const { return key_; }
  constexpr bool is_number() const { return key_ < first_handle; }
  constexpr bool is_handle() const { return key_ >= first_handle && key_ <= last_handle; }
  constexpr int number() const { return static_cast<int>(key_); }

  friend constexpr bool operator==(descriptor, descriptor) = default;

 private:
  static constexpr std::uint64_t first_handle = std::uint64_t{1} << 32;
  static constexpr std::uint64_t last_handle = first_handle + 0xffffffff;

  std::uint64_t key_;
};

// Logical name of an open file description within its file system.
enum class description_id : std::uint32_t {};

}  // namespace norn::io
