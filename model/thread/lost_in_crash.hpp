// Lost in a crash: a part of a process or of a host (local_parts.hpp) that a crash of its owner changes:
// descriptors are closed and their locks go, data that no one had synced is lost.
#pragma once

#include <cstdint>

#include <norn/scheduler/run/point.hpp>

namespace norn {

class lost_in_crash {
 public:
  // From now on a crash may come. Called once, before threads run that the crash can hit.
  virtual void may_be_lost() {}

  // In how many states a crash at this moment may leave the part; at least 1. Looks without an access.
  virtual std::uint32_t outcomes() { return 1; }

  // The crash, part of the event `p`; `outcome` is one of those counted above. The accesses are the same
  // for each of them (point.hpp, choose).
  virtual void lose(engine::point& p, std::uint32_t outcome) = 0;

 protected:
  lost_in_crash() = default;
  ~lost_in_crash() = default;
  lost_in_crash(const lost_in_crash&) = delete;
  lost_in_crash& operator=(const lost_in_crash&) = delete;
};

}  // namespace norn
