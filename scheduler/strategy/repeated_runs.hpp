// Repeated runs: executions that are run once more, to see that the program does the same.
//
// The first execution of a search is run again as it was. What a program keeps from one execution to the next,
// or takes from outside, may show nowhere else where there is one execution only.
//
// Of a program with symmetric groups (run/spawn.hpp) executions are run with equal threads in each other's places
// (*renamed runs*): the first with each two of a group exchanged and its groups rotated, every other one with its
// groups shuffled, as its trace says. A body that tells its threads apart would make the search pass over
// executions that are no renamings of what it has run. That does not prove a body symmetric; it asks of each
// execution a question whose answer the search relies on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/strategy/work_item.hpp>

namespace norn::engine {

class repeated_runs {
 public:
  // Of an execution that has just been completed.
  void plan(const execution& t, bool is_first);
  void forget() { renamings_.clear(); }
  bool any_left() const { return !renamings_.empty(); }

  // Begins the next run. Returns its steps.
  std::vector<planned_step> begin();
  thread_id choose_thread(const execution& so_far);
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered);
  // Where the program did something else, if it did.
  std::optional<divergence> end(const execution& done);

  using renaming = std::vector<thread_id>;  // by thread_id: who takes its place

 private:
  std::size_t comparable_steps() const;
  bool same_event(const execution& done, event_id id);
  bool same_accesses(const execution& done, const event& e, const event& image);
  bool corresponds(const execution& done, object_slot one, object_slot other);
  divergence differs(std::size_t step, std::string expected, std::string came) const;

  execution original_;
  std::size_t comparable_ = 0;  // of its steps, as many as renamed threads are held against
  std::vector<renaming> renamings_;
  renaming to_;
  bool renames_ = false;
  std::size_t steps_ = 0;  // of the original, as many as are to be run again
  std::vector<object_slot> image_of_;
  std::vector<object_slot> original_of_;
};

}  // namespace norn::engine
