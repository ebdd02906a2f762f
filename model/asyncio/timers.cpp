#include <norn/model/asyncio/timers.hpp>

#include <algorithm>
#include <utility>

namespace norn::asyncio {

void timers::remove(const handle& cancelled) {
  std::erase_if(all_, [&](const timer& t) { return t.what.get() == &cancelled; });
}

// Whether a comes due before b however long the loop took between setting the one and the other.
bool timers::is_before(std::size_t a, std::size_t b) const {
  return a < b && all_[a].delay <= all_[b].delay;
}

std::chrono::nanoseconds timers::first_deadline() const {
  return std::min_element(all_.begin(), all_.end(),
                          [](const timer& a, const timer& b) { return a.deadline < b.deadline; })
      ->deadline;
}

// By deadline, and of equal ones the one that was set first.
timers::due timers::certainly_due(std::chrono::nanoseconds until) const {
  due which;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (all_[i].deadline <= until) which.push_back(i);
  }
  std::stable_sort(which.begin(), which.end(), [&](std::size_t a, std::size_t b) {
    return all_[a].deadline < all_[b].deadline;
  });
  return which;
}

std::vector<timers::due> timers::may_be_due(std::chrono::nanoseconds now, bool idle) const {
  if (takes_ == loop_time::prompt) {
    due sure = certainly_due(now);
    if (sure.empty() && idle && !all_.empty()) {
      const auto first =
          std::min_element(all_.begin(), all_.end(),
                           [](const timer& a, const timer& b) { return a.deadline < b.deadline; });
      sure = certainly_due(first->deadline);
    }
    return {sure};
  }
  std::vector<due> ways;
  due none;
  extend(none, idle, ways);
  return ways;
}

// All orders that keep to `is_before`, and their beginnings, of which each takes in what is due without delay.
void timers::extend(due& so_far, bool idle, std::vector<due>& ways) const {
  const auto taken = [&](std::size_t i) {
    return std::find(so_far.begin(), so_far.end(), i) != so_far.end();
  };
  bool may_end = !(idle && so_far.empty());
  for (std::size_t i = 0; i < all_.size(); ++i) {
    may_end = may_end && (taken(i) || all_[i].delay > std::chrono::nanoseconds::zero());
  }
  if (may_end) ways.push_back(so_far);
  for (std::size_t i = 0; i < all_.size(); ++i) {
    bool is_next = !taken(i);
    for (std::size_t j = 0; j < i; ++j) is_next = is_next && (taken(j) || !is_before(j, i));
    if (!is_next || ways.size() > most_ways) continue;
    so_far.push_back(i);
    extend(so_far, idle, ways);
    so_far.pop_back();
  }
}

std::vector<timers::timer> timers::take(const due& which) {
  std::vector<timer> taken;
  for (const std::size_t i : which) taken.push_back(std::move(all_[i]));
  std::erase_if(all_, [](const timer& t) { return t.what == nullptr; });
  return taken;
}

}  // namespace norn::asyncio
