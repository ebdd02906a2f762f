#include <norn/model/sync/lock.hpp>

#include <algorithm>

#include <norn/scheduler/run/point.hpp>

namespace norn::detail {

// Takes the mutexes one by one in the order of their identities, and waits for the first only. Where another mutex
// is taken, the function unlocks all, waits until that mutex has been free, and starts again.
//
// In a program that is finite otherwise an attempt fails finitely often, by induction over the mutexes from the
// highest identity down. Let m be the highest on which attempts fail. A thread that holds m either called this
// function, and gets all its mutexes above m without a failure, or holds m by an ordinary lock. In both cases the
// number of times that m is held does not depend on failures. So failures on m are finitely many, and the same is
// then true of the next mutex below m. In the order of the arguments, two threads could make each other fail for
// ever.
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
