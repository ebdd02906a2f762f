// Thread names: the identities of a program's threads, the same for all runners of a search.
//
// A thread is told by its creator and its place among the creator's children; the whole line of these from the
// main thread on is its path. Identities are the ranks of the paths among those that are known: shorter ones
// first, of equal length in lexicographic order. So which of two threads is the lower does not depend on which
// executions, and which runner, came across them first.
//
// A path that ranks before one with an identity already is kept for later: whoever meets it cannot go on, and
// the search starts over once all are numbered anew.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

class thread_names {
 public:
  using path = std::vector<std::uint32_t>;

  thread_names();
  // With these known. Requires: they are another's `paths`.
  explicit thread_names(const std::vector<path>& paths);

  // The identity of the creator's `place`-th child; no_thread where it has none until `renumber`. May be called
  // by several threads of the operating system at once.
  thread_id child(thread_id creator, std::uint32_t place);

  // Gives every known path its rank. Requires: no runner uses the identities from before any more.
  void renumber();

  std::vector<path> paths();  // by identity

 private:
  struct shorter_first {
    bool operator()(const path& a, const path& b) const;
  };

  std::mutex mutex_;
  std::map<path, thread_id, shorter_first> known_;
  std::vector<path> paths_;  // by identity
};

}  // namespace norn::engine
