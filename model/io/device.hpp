// Device: the disk that a file system is on. It knows which faults (device_faults.hpp) are to strike.
#pragma once

#include <vector>

#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

class faults;

namespace io {

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

}  // namespace io

}  // namespace norn
