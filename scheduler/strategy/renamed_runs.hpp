// Renamed runs: executions of a program with symmetric groups once more, with equal threads in each other's
// places. They must do the same there, and touch what corresponds: a body that tells its threads apart would
// make the search pass over executions that are no renamings of what it has run.
//
// The execution in which nothing was decided is run with each two of a group exchanged, every other one with
// its groups shuffled, as its trace says. That does not prove a body symmetric; it asks of each execution a
// question whose answer the search relies on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/strategy/work_item.hpp>

namespace norn {

class renamed_runs {
 public:
  // Decides on the runs of an execution that has just been completed.
  void plan(const execution& t, bool nothing_decided);
  void forget() { renamings_.clear(); }
  bool any_left() const { return !renamings_.empty(); }

  // Begins the next run. Its steps, for what they have in common with the execution before.
  std::vector<planned_step> begin();
  thread_id choose_thread(const execution& so_far);
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered);
  // Where the threads were told apart, if they were.
  std::optional<divergence> end(const execution& done);

 private:
  using renaming = std::vector<thread_id>;  // by thread_id: who takes its place

  std::size_t comparable_steps(const execution& t) const;
  void exchange_each_two(const execution& t);
  void shuffle(const execution& t);
  bool same_event(const execution& done, event_id id);
  bool corresponds(object_slot one, object_slot other);
  divergence told_apart(std::size_t step, const operation& expected, std::string came) const;

  execution original_;
  std::size_t steps_ = 0;  // of it, as many as are to be run again
  std::vector<renaming> renamings_;
  renaming to_;
  std::vector<object_slot> image_of_;
  std::vector<object_slot> original_of_;
};

}  // namespace norn
