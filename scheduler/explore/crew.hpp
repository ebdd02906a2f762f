// Crew: the workers that go through a search, each a thread of the operating system with a runner and a
// strategy of its own. They share the partition of the search, and what the program turned out to be like.
//
// The calling thread is the first worker and looks after time, interruption and progress; the others are
// called once a search has turned out to take long enough. With one worker nothing is shared.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/explore/partition.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/run/thread_names.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

namespace norn {

class crew {
 public:
  crew(const program& body, const explore_options& options);

  // Searches until all is decided, nothing is left or a bound is reached. Throws what a worker threw.
  summary search();

  bound_kind bound_hit() const { return bound_hit_; }
  // The faults that executions declared, and whether they struck.
  std::vector<declared_fault> faults() const;

 private:
  struct worker {
    worker(const explore_options& options, thread_names* names, bool leads);

    std::unique_ptr<strategy> chooses;
    runner runs;
    bool leads;
  };
  using steady = std::chrono::steady_clock;

  // A pass: the search until it is over or has to start over.
  void begin_pass();
  void run_pass();
  worker& hire();
  void call_others();
  std::size_t most_workers() const;

  // What each worker does.
  void work(worker& w);
  segment* next_segment(worker& w);
  void go_through(worker& w, segment& s);
  void start_over(const worker& w);
  void end_in_misuse(segment& s, const statistics& mine, std::string misuse);
  void note(const worker& w, const execution& done, segment& s, const statistics& mine,
            std::uint64_t number);
  void give(worker& w, segment& s);
  void report(const worker& w, segment& s, const statistics& mine);

  // Under the lock.
  void end();
  void consider_end();
  bool decided(const std::vector<finding>& found) const;
  void look_around();
  void look_again_after(steady::duration since_last_look);
  bool is_interrupted() const;

  const program& body_;
  const explore_options& options_;
  steady::time_point began_;
  thread_names names_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<std::thread> others_;

  std::atomic<bool> over_{false};    // the pass is
  std::atomic<bool> wanted_{false};  // a worker has nothing to do
  std::mutex mutex_;
  std::condition_variable changed_;
  partition partition_;
  summary summary_;
  std::size_t idle_ = 0;
  bool start_over_ = false;
  bool misnumbered_ = false;
  bound_kind bound_hit_ = bound_kind::none;
  std::exception_ptr failed_;

  // The first worker's.
  steady::time_point reported_{};
  steady::time_point looked_;
  std::uint64_t since_clock_ = 0;
  std::uint64_t clock_every_ = 1;  // executions from one look at the clock to the next
};

}  // namespace norn
