// The runner that drives the calling thread of the operating system, if one does.
#pragma once

namespace norn::engine {

class runner;

inline thread_local runner* current_runner = nullptr;

}  // namespace norn::engine
