// Running: what each thread of the model is to event loops: the thread of a loop, a task of one, or neither.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include <norn/model/asyncio/context.hpp>
#include <norn/scheduler/base/ids.hpp>

namespace norn::asyncio {

class event_loop;
class task_state;

// Each thread looks at its own entry only.
struct running {
  event_loop* loop = nullptr;  // that the thread belongs to
  task_state* task = nullptr;  // that the thread is
  context* in = nullptr;       // null: `own`
  context own;

  static running& of_this_thread();
};

// Keeps a loop until the execution is over: futures and handles that refer to it may be kept by anybody.
void keep_until_the_end(std::shared_ptr<event_loop> loop);

}  // namespace norn::asyncio
