// Watch: what happens when an execution cannot come to an end by itself. Code under test that crashes
// (SIGSEGV, SIGABRT, std::terminate, a stack overflow), calls exit, or blocks outside the scheduler
// takes the whole process with it. Before that, the schedule is saved and printed with how to replay it.
//
// The process then ends as the command documents: with 1 after a crash (the program under test is
// wrong), with 4 when the code exits or blocks (the test is).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace norn::engine {

class runner;

class watch {
 public:
  // Watches executions of `r` on the calling thread of the operating system, until destroyed. `check`
  // and `depth` go into the token. Requires: `r` outlives the watch.
  watch(const runner& r, std::string check, std::uint32_t depth);
  ~watch();
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  struct state;

 private:
  std::unique_ptr<state> state_;
};

}  // namespace norn::engine
