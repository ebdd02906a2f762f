#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn::engine {

std::uint64_t hash_of(const execution& t, event_id e) {
  const event& event = t.at(e);
  std::uint64_t hash = mix(mix(t.check_of(event.op), index_of(event.thread)), event.alternative);
  // Threads that it knows nothing of leave no mark: how many there are depends on what was run before.
  const cut_view past = t.clock(e);
  for (std::size_t thread = 0; thread < past.size(); ++thread) {
    if (past[thread] != 0) hash = mix(mix(hash, thread), past[thread]);
  }
  return hash;
}

}  // namespace norn::engine
