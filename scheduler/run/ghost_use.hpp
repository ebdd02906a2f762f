// Ghost use: whether what a program does to a variable of its specification can be seen at all. Predicates and
// other threads look after steps. A change that is taken back within its step is seen by nobody, and a test that
// rests on such changes asserts nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

// Of one ghost, over all executions of a search.
struct ghost_use {
  object_id name{};
  std::string label;
  bool taken_back = false;  // some change was taken back within its step
  bool lasted = false;      // some change outlasted its step
};

class ghost_uses {
 public:
  const std::vector<ghost_use>& all() const { return all_; }
  void clear() { all_.clear(); }

  bool knows_to_last(object_id ghost) const;
  // One change of perhaps several in the step. `differs`: the value is another one than before the step.
  void note_change(object_id ghost, std::string_view label, std::size_t step, bool differs);
  // The last step of the execution is over.
  void end_execution();

 private:
  // What the changes of one step have come to so far.
  struct change {
    object_id name{};
    std::string label;
    std::size_t step = 0;
    bool changed = false;  // by one of them
    bool differs = false;  // from the value before the step
  };

  void settle(const change& step);

  std::vector<ghost_use> all_;
  std::vector<change> changes_;  // one for each ghost, its newest step
};

}  // namespace norn::engine
