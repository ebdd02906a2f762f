#include <norn/scheduler/trace/thread_table.hpp>

namespace norn::engine {

void thread_table::rewind(std::size_t kept) {
  for (record& thread : threads_) {
    while (!thread.events.empty() && index_of(thread.events.back()) >= kept) {
      thread.events.pop_back();
    }
    thread.state = thread_state::absent;
    thread.group = no_thread;
  }
  created_.clear();
  parked_.clear();
  has_groups_ = halted_any_ = false;
}

void thread_table::create(thread_id t, event_id creator, bool environment) {
  if (index_of(t) >= threads_.size()) threads_.resize(index_of(t) + 1);
  record& thread = threads_[index_of(t)];
  NORN_INVARIANT(thread.state == thread_state::absent);
  thread.state = thread_state::running;
  thread.creator = creator;
  thread.environment = environment;
  created_.insert(t);
}

void thread_table::check_invariants() const {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    NORN_INVARIANT(parked_.contains(thread_id(i)) == (threads_[i].state == thread_state::parked));
  }
}

}  // namespace norn::engine
