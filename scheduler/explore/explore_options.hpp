// Explore options: a program, and what is asked of a search of its executions.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

// The program under test: called once for each execution, on a fiber, as the main thread of the
// model. It must do the same whenever the schedule is the same.
using program = std::function<void()>;

namespace engine {
struct saved_search;
}  // namespace engine

enum class strategy_kind { exhaustive, bounded, random, timed };

// Of strategy bounded where nothing else is said: most errors that need preemptions need no more
// (Musuvathi & Qadeer, PLDI 2007).
inline constexpr std::uint32_t usual_preemptions = 2;

struct explore_options {
  std::string name;                     // of the check, for replay tokens and crash reports
  std::vector<std::string> properties;  // to be decided; others that fail are added to the result
  strategy_kind strategy = strategy_kind::exhaustive;
  norn::bounds limits;
  // A limit on executions declared with the check is part of what the check claims: reaching it is
  // `holds_within_bound`. Otherwise it is a budget: `inconclusive`.
  bool executions_are_a_declared_bound = false;
  std::uint64_t seed = 1;
  // Threads of the operating system that an exhaustive search without a bound on executions is shared out
  // among, 1 or more. The result is the same for any number; with more than one the program is run
  // several times at once, and has to keep its variables to itself.
  std::size_t jobs = 1;
  std::chrono::milliseconds alone{5};    // a search that takes less is done on the calling thread
  bool stop_at_first_violation = false;  // for a test that has one property: the first decides
  std::size_t stack_bytes = std::size_t{256} * 1024;
  const std::atomic<bool>* interrupted = nullptr;   // ends the search when it becomes true
  std::function<void(const statistics&)> progress;  // called about ten times a second

  // For an exhaustive search: called with all that it needs to go on later, as often as that and at its end;
  // and what it goes on from. Requires: saved by the same program with the same options, `jobs` and times
  // aside.
  std::function<void(const engine::saved_search&)> save;
  std::chrono::milliseconds save_every{500};
  const engine::saved_search* from = nullptr;
};

}  // namespace norn
