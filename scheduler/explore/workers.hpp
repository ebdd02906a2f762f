// Workers: what goes through a search, each a thread of the operating system with a runner and a
// strategy of its own. They share the partition of the search, and what the program turned out to be like.
//
// The calling thread is the first worker and looks after time, interruption and progress; the others are
// called once a search has turned out to take long enough. With one worker nothing is shared.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <norn/scheduler/explore/explore_options.hpp>
#include <norn/scheduler/explore/partition.hpp>
#include <norn/scheduler/explore/saved_search.hpp>
#include <norn/scheduler/explore/strategies.hpp>
#include <norn/scheduler/explore/watch.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/run/thread_names.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

namespace norn::engine {

class workers {
 public:
  workers(const program& body, const explore_options& options);

  // Searches until all is decided, nothing is left or a bound is reached. Throws what a worker threw.
  summary search();
  // Of a search that has ended early: to go on from.
  saved_search saved();

  bound_kind bound_hit() const { return bound_hit_; }
  // Whether a bound on preemptions was asked for, and the search without it was complete first.
  bool gave_way() const { return gave_way_; }

 private:
  // What may be found out about the program beyond a single execution.
  struct knowledge {
    exhaustive::kinds extra_accesses;
    predicates::observations observed;
    bool misnumbered = false;
  };

  // Made, used and destroyed on its own thread of the operating system.
  struct worker : made_strategy {
    worker(const explore_options& options, thread_names* names);

    runner runs;
    watch guard;
    std::uint32_t recorded = 0;  // at this tick
  };
  // What an execution has shown.
  struct insight {
    execution_kind kind = execution_kind::execution;
    std::optional<std::string> misuse = std::nullopt;
  };
  using steady = std::chrono::steady_clock;

  // A pass: the search until it is over or has to start over.
  void run_pass();
  void begin_again();
  std::unique_ptr<worker> hire();
  void call_others();
  static knowledge known_to(const worker& w);
  static void add(knowledge& to, const knowledge& more);
  std::size_t most_workers() const;

  // What each worker does.
  void work(bool leads);
  segment* next_segment(std::vector<work_item>& items, bool leads);
  // Whether the worker is of further use: it must not know what others do not know yet.
  bool go_through(worker& w, segment& s, bool leads);
  insight learn(worker& w, const execution& done);
  bool goes_on_after(const insight& learnt, const worker& w, segment& s, const statistics& mine);
  void start_over(const worker& w, segment& s, const statistics& mine);
  void end_in_misuse(const worker& w, segment& s, const statistics& mine, std::string misuse);
  void note(worker& w, const execution& done, execution_kind kind, segment& s, statistics& mine);
  void note_violations(const worker& w, const execution& done, segment& s, const statistics& mine,
                       std::uint64_t number);
  void end_segment(worker& w, segment& s, const statistics& mine);
  void give(worker& w, segment& s, const statistics& mine);
  void report(worker& w, segment& s, const statistics& mine, bool leads);

  // Under the lock.
  static void publish(const worker& w, segment& s, const statistics& mine);
  void record(worker& w, segment& s, const statistics& mine);
  void save();
  void end();
  void consider_end();
  void note_coverage(const strategy& ended);
  bool decided(const std::vector<finding>& found) const;
  void look_around(const worker* leader);
  void look_again_after(steady::duration since_last_look);
  bool is_interrupted() const;

  const program& body_;
  const explore_options& options_;
  steady::time_point began_;
  thread_names names_;
  knowledge known_;  // to every worker, when it begins
  std::vector<std::thread> others_;

  std::atomic<bool> over_{false};       // the pass is
  std::atomic<bool> wanted_{false};     // a worker has nothing to do
  std::atomic<std::uint32_t> tick_{0};  // workers record what they have left at each
  std::mutex mutex_;
  std::condition_variable changed_;
  partition partition_;
  summary summary_;
  std::size_t idle_ = 0;
  std::map<const segment*, knowledge> found_out_;  // by segments that make the search start over
  bool no_more_workers_ = false;                   // the system gave no thread
  bound_kind bound_hit_ = bound_kind::none;
  bool gave_way_ = false;
  std::exception_ptr failed_;

  // The first worker's.
  steady::time_point reported_{};
  steady::time_point looked_;
  steady::time_point saved_;
  std::uint64_t since_clock_ = 0;
  std::uint64_t clock_every_ = 1;  // executions from one look at the clock to the next
};

}  // namespace norn::engine
