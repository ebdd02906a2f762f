// Known executions: a tree of the executions that one runner has run by lists of wishes (strategy/guided.hpp). Where
// a list leads is told without the program, as long as the way is in the tree.
//
// Invariant: what comes after a step is a function of the steps up to it, as with every program that is deterministic.
// That holds from one growth of what predicates read to the next (run/predicates.hpp): what is known of accesses decides
// which violations are seen, and whether the end of an object is a step. Then everything is to be forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <norn/scheduler/strategy/guided.hpp>
#include <norn/scheduler/trace/execution.hpp>

namespace norn::engine {

class known_executions {
 public:
  // What does not fit into so many bytes is not known.
  explicit known_executions(std::size_t bytes_allowed) : bytes_allowed_(bytes_allowed) {}

  // Whether the wishes lead to one of them.
  bool reached_by(const schedule& wishes);

  // Requires: `guided` chose the execution, and came across these crossings. Returns how many steps had been taken
  // when the program went on in another way than it had gone on after the same steps: it is not deterministic.
  std::optional<std::size_t> add(const execution& done, const std::vector<crossing>& crossings);

  void forget();

  // Of the tree, by all calls of `reached_by` together.
  std::uint64_t steps_followed() const { return steps_followed_; }
  std::size_t bytes() const { return bytes_; }

 private:
  using place = std::uint32_t;
  static constexpr place none = UINT32_MAX;
  static constexpr place root = 0;

  struct node {
    // The step that leads here.
    thread_id thread = no_thread;
    std::uint16_t alternative = 0;
    std::uint16_t alternatives = 1;
    bool ends = false;  // an execution does
    // The steps that have been taken from here, a list; where there are any, `here` is what came before them.
    place first_child = none;
    place next_sibling = none;
    crossing here;
  };

  // After the thread's step with the alternative that is chosen among so many; `none` where that is not known.
  template <class Choose>  // std::uint16_t(std::uint16_t offered)
  place child_of(place parent, thread_id thread, const Choose& choose) const;
  // `none` where there is no room.
  place add_child(place parent, const crossing& here, const event& step);

  std::size_t bytes_allowed_;
  std::size_t bytes_ = 0;
  std::deque<node> nodes_{1};  // a node stays where it is while others are added
  guided follows_;
  std::uint64_t steps_followed_ = 0;
};

}  // namespace norn::engine
