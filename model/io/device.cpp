#include <norn/model/io/device.hpp>

#include <cerrno>
#include <string>

#include <norn/model/io/visible_files.hpp>

namespace norn::io {

using namespace engine;

namespace {

constexpr operation_kind error_kind{.name = "I/O error", .adaptive = true};
constexpr operation_kind full_kind{.name = "disk full", .adaptive = true};

}  // namespace

void may_fail(faults& world, const host& of, int times, source_location where) {
  device& disk = of.part<visible_files>().disk();
  const std::string name = "I/O error on " + of.name();
  declared_fault& what = declare_fault("io_errors", name, static_cast<std::uint32_t>(times));
  disk.may_fail_ = true;
  world.inject(
      name, times, error_kind, disk.state_,
      [&disk, &what](point& p) {
        p.write(disk.state_);
        disk.armed_.push_back(&what);
        p.describe([](narration& n) { n.result = "the next transfer fails"; });
        return true;
      },
      [&disk](point& p) {
        p.write(disk.state_);
        disk.armed_.clear();
      },
      where);
}

void may_fill_up(faults& world, const host& of, source_location where) {
  device& disk = of.part<visible_files>().disk();
  const std::string name = "disk full on " + of.name();
  declared_fault& what = declare_fault("disk_full", name, 1);
  disk.may_fill_up_ = true;
  world.inject(
      name, 1, full_kind, disk.state_,
      [&disk, &what](point& p) {
        p.write(disk.state_);
        disk.full_by_ = &what;
        p.describe([](narration& n) { n.result = "no space is left"; });
        return true;
      },
      [&disk](point& p) {
        p.write(disk.state_);
        disk.full_by_ = nullptr;
      },
      where);
}

int device::transfer_error(point& p, const process& by) {
  if (!may_fail_ || by.is_body_s_own()) return 0;
  if (armed_.empty()) {
    p.read(state_);
    return 0;
  }
  p.write(state_);
  armed_.front()->struck = true;
  armed_.erase(armed_.begin());
  return EIO;
}

int device::space_error(point& p, const process& by) {
  if (!may_fill_up_ || by.is_body_s_own()) return 0;
  p.read(state_);
  if (full_by_ == nullptr) return 0;
  full_by_->struck = true;
  return ENOSPC;
}

}  // namespace norn::io
