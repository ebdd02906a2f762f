#include <norn/model/io/device.hpp>

#include <cerrno>

namespace norn::io {

using namespace engine;

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
