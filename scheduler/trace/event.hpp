// Event: one executed operation. Together with its execution's clocks it is all that the strategies
// and the reports know about what the program under test did.
#pragma once

#include <cstdint>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/trace/operation.hpp>

namespace norn::engine {

struct event {
  thread_id thread{};
  std::uint16_t alternative = 0;   // which one was taken
  std::uint16_t alternatives = 1;  // how many the operation offered in the state it met
  std::uint32_t index = 0;         // among the events of its thread, counted from 0
  // Some accesses are not the operation's own: specification state that the code after it touched,
  // or what a predicate observes. Which ones may then depend on the outcome, whatever the kind.
  bool has_extra_accesses = false;
  // Instead of its operation the thread did nothing, for it had been killed, or found that the operation's object had
  // been destroyed. It runs no further.
  bool cut_short = false;
  bool only_reads = true;  // so far
  operation op;

  // Half-open ranges into the execution's tables, accesses in the order in which they were made.
  // What was announced: the accesses that the operation can make at most, where its kind announces them.
  std::uint32_t first_access = 0;
  std::uint32_t last_access = 0;
  std::uint32_t first_announced = 0;
  std::uint32_t last_announced = 0;
  std::uint32_t first_predecessor = 0;
  std::uint32_t last_predecessor = 0;
};

}  // namespace norn::engine
