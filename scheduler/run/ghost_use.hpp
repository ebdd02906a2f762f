// Ghost use: whether what a program does to a variable of its specification can be seen at all. Predicates and
// other threads look after steps. A change that is taken back within its step is seen by nobody, and a test that
// rests on such changes asserts nothing.
#pragma once

#include <cstddef>
#include <string>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

// Of one ghost, over all executions of a search.
struct ghost_use {
  object_id name{};
  std::string label;
  bool taken_back = false;  // some change was taken back within its step
  bool lasted = false;      // some change outlasted its step
};

// What the changes of one step have come to so far.
struct ghost_change {
  object_id name{};
  std::string label;
  std::size_t step = 0;
  bool changed = false;  // by one of them
  bool differs = false;  // from the value before the step
};

}  // namespace norn::engine
