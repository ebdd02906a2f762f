// Fault declarations: the faults that the executions of a search have declared, each known once.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include <norn/scheduler/run/faults.hpp>

namespace norn::engine {

class fault_declarations {
 public:
  // In the order in which they were first declared.
  const std::deque<declared_fault>& all() const { return all_; }
  void clear() { all_.clear(); }

  void begin_execution() { in_this_execution_.clear(); }
  // Several of one kind and name are told apart by their order within an execution.
  declared_fault& declare(std::string_view kind, std::string_view name, std::uint32_t budget);

 private:
  std::deque<declared_fault> all_;  // a deque, since references to its elements are given out
  std::vector<declared_fault*> in_this_execution_;
};

}  // namespace norn::engine
