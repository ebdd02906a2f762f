#include <norn/model/io/device_faults.hpp>

#include <string>

#include <norn/model/io/device.hpp>
#include <norn/model/io/visible_files.hpp>
#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

using namespace engine;

namespace {

constexpr operation_kind error_kind{.name = "I/O error", .reach = reach::unknown};
constexpr operation_kind full_kind{.name = "disk full", .reach = reach::unknown};

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

}  // namespace norn::io
