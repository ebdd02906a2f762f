// Scripts: small programs of tasks, as data, which the model runs (script.cpp) and the real asyncio (interpreter.py).
//
// A script is a JSON array of tasks, each an array of operations, each an array of its name and what it is about:
// ["acquire", "lock"], ["timeout", 5, [operations]], ["cancel", task]. Each operation says what came of it:
// "t1 acquire ok", "t1 acquire CancelledError". What an operation throws ends there, but for a cancellation and what
// "raise" throws, which end the task, or the operation with operations of its own that it is in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <norn/model/asyncio/event_loop.hpp>
#include <norn/scheduler/base/random.hpp>

namespace norn::asyncio_script {

using script = nlohmann::json;
using told = std::vector<std::string>;

struct shape {
  int tasks = 3;
  int length = 4;  // operations of a task, at most
  bool timers = false;
  int jobs = 0;  // of threads, at most
  bool groups = true;
};

script draw(engine::random_source& random, const shape& s);

// How often a task was cancelled in which operation, and when: "acquire", "waiting".
using coverage = std::map<std::string, std::map<std::string, std::size_t>>;

// Within the body of a check. `log` is what has been told so far, whatever becomes of the execution.
void run(const script& s, const asyncio::loop_options& options, told& log,
         coverage* cancelled = nullptr);

// Every script that has one operation less.
std::vector<script> smaller(const script& s);

}  // namespace norn::asyncio_script
