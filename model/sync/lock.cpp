#include <norn/model/sync/lock.hpp>

#include <algorithm>

#include <norn/scheduler/run/point.hpp>

namespace norn::detail {

// Takes the mutexes one by one in the order of their identities, waiting for the first only. When one
// of the others is not to be had, it lets go of all, waits until that one has been free, and starts
// again.
//
// It retries finitely often in a program that is finite otherwise. Take the mutex with the highest
// identity that attempts fail on: whoever holds it is about to get all that it wants, or no such lock,
// so it holds it a number of times that does not depend on failures; then the second highest; and so
// on. In the order of the arguments, two threads could make each other fail for ever.
void lock_all(std::span<lockable> mutexes, source_location where) {
  std::sort(mutexes.begin(), mutexes.end(), [](const lockable& a, const lockable& b) {
    return identity_of(a.slot) < identity_of(b.slot);
  });
  for (;;) {
    mutexes.front().lock(mutexes.front().mutex, where);
    std::size_t taken = 1;
    while (taken < mutexes.size() && mutexes[taken].try_lock(mutexes[taken].mutex, where)) {
      ++taken;
    }
    if (taken == mutexes.size()) return;
    for (std::size_t i = taken; i-- > 0;) mutexes[i].unlock(mutexes[i].mutex, where);
    mutexes[taken].lock(mutexes[taken].mutex, where);
    mutexes[taken].unlock(mutexes[taken].mutex, where);
  }
}

}  // namespace norn::detail
