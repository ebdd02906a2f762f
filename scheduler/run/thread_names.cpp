#include <norn/scheduler/run/thread_names.hpp>

#include <iterator>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::engine {

bool thread_names::shorter_first::operator()(const path& a, const path& b) const {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

thread_names::thread_names() : known_{{path{}, main_thread}}, paths_{path{}} {}

thread_names::thread_names(const std::vector<path>& paths) : paths_(paths) {
  for (std::size_t i = 0; i < paths.size(); ++i) known_[paths[i]] = thread_id(i);
}

std::vector<thread_names::path> thread_names::paths() {
  const std::scoped_lock lock(mutex_);
  return paths_;
}

thread_id thread_names::child(thread_id creator, std::uint32_t place) {
  const std::scoped_lock lock(mutex_);
  NORN_INVARIANT(index_of(creator) < paths_.size());
  path wanted = paths_[index_of(creator)];
  wanted.push_back(place);
  const auto [entry, fresh] = known_.try_emplace(wanted, no_thread);
  if (fresh && std::next(entry) == known_.end()) {
    entry->second = thread_id(paths_.size());
    paths_.push_back(std::move(wanted));
  }
  return entry->second;
}

void thread_names::renumber() {
  paths_.clear();
  for (auto& [each, id] : known_) {
    id = thread_id(paths_.size());
    paths_.push_back(each);
  }
}

}  // namespace norn::engine
