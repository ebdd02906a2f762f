// The runner that drives the calling thread of the operating system, if one does.
#pragma once

namespace norn {

class runner;

namespace detail {
inline thread_local runner* current_runner = nullptr;
}  // namespace detail

}  // namespace norn
