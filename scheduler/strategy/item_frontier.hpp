// Item frontier: the work items that wait, in the order of the search. The last one is run next; the first ones are the
// coldest.
//
// Where a part of the search was given to another worker, the first entry is no item that waits but stands for the end
// of the work (item_role::end_before, item_role::end_after).
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <norn/scheduler/strategy/work_item.hpp>

namespace norn::engine {

class item_frontier {
 public:
  // Goes on with these and no others.
  void take(std::vector<work_item> items) { items_ = std::move(items); }
  void clear() { items_.clear(); }
  const std::vector<work_item>& all() const { return items_; }
  std::size_t size() const { return items_.size(); }
  std::size_t waiting() const { return items_.size() - first_waiting(); }

  // A new item, to be run next; in memory of one that is done, where there is one.
  work_item& push();
  void push(work_item&& item) { items_.push_back(std::move(item)); }
  // Requires: one waits.
  work_item pop();
  // The item is done.
  void retire(work_item& item);

  // Gives away the half of those that wait which would be run last; none where there is but one.
  std::vector<work_item> give_half();
  // Forgets the coldest half but for the last of it, which stands for the rest.
  void forget_coldest();
  // Of the items, those that come after `done` are left, and before them `parent` for what comes after it; but nothing
  // beyond the end of the work, if that is among them. False, and nothing changed, where `done` does not wait. A parent
  // without steps is the root, which comes last.
  bool keep_after(const work_item& done, work_item parent);

  // Those that were pushed when there were `from` already.
  template <class Later>
  void sort_since(std::size_t from, const Later& comes_later) {
    std::sort(items_.begin() + static_cast<std::ptrdiff_t>(from), items_.end(), comes_later);
  }

 private:
  std::size_t first_waiting() const;
  std::vector<work_item>::iterator at(std::size_t place) {
    return items_.begin() + static_cast<std::ptrdiff_t>(place);
  }

  std::vector<work_item> items_;
  std::vector<work_item> spares_;  // retired items, kept for their memory
};

}  // namespace norn::engine
