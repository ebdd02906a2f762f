#include <norn/scheduler/strategy/random_walk.hpp>

namespace norn::engine {

thread_id random_walk::choose_thread(const execution& so_far) {
  std::uint64_t enabled = 0;
  for (std::size_t t = 0; t < so_far.thread_count(); ++t) {
    enabled += so_far.is_enabled(thread_id(t)) ? 1 : 0;
  }
  std::uint64_t drawn = random_.below(enabled);
  for (std::size_t t = 0;; ++t) {
    if (so_far.is_enabled(thread_id(t)) && drawn-- == 0) return thread_id(t);
  }
}

}  // namespace norn::engine
