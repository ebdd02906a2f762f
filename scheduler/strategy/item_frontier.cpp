#include <norn/scheduler/strategy/item_frontier.hpp>

#include <iterator>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::engine {

std::size_t item_frontier::first_waiting() const {
  if (items_.empty()) return 0;
  const item_role first = items_.front().role;
  return first == item_role::end_before || first == item_role::end_after ? 1 : 0;
}

work_item& item_frontier::push() {
  if (spares_.empty()) {
    items_.emplace_back();
  } else {
    items_.push_back(std::move(spares_.back()));
    spares_.pop_back();
  }
  return items_.back();
}

work_item item_frontier::pop() {
  NORN_INVARIANT(waiting() != 0);
  work_item last = std::move(items_.back());
  items_.pop_back();
  return last;
}

void item_frontier::retire(work_item& item) {
  item.clear();
  constexpr std::size_t enough = 64;  // more come back where items are given by others
  if (spares_.size() < enough) spares_.push_back(std::move(item));
}

std::vector<work_item> item_frontier::give_half() {
  if (waiting() < 2) return {};
  const auto middle = at(first_waiting() + waiting() / 2);
  std::vector<work_item> given(std::make_move_iterator(items_.begin()),
                               std::make_move_iterator(middle));
  items_.erase(items_.begin(), middle);
  items_.insert(items_.begin(), given.back());
  const bool rest = given.back().role == item_role::rest;
  items_.front().role = rest ? item_role::end_after : item_role::end_before;
  return given;
}

void item_frontier::forget_coldest() {
  if (waiting() < 2) return;
  const std::size_t first = first_waiting();
  const std::size_t kept = first + waiting() / 2;
  work_item last = items_[kept];
  last.role = item_role::rest;
  items_.erase(at(first), at(kept));
  items_.insert(at(first), std::move(last));
}

bool item_frontier::keep_after(const work_item& done, work_item parent) {
  const auto first = at(first_waiting());
  const auto find = [&](const work_item& item) {
    return std::find_if(first, items_.end(),
                        [&](const work_item& each) { return same_steps(each, item); });
  };
  const auto end = first_waiting() == 0 ? items_.end() : find(items_.front());
  const auto last = find(done);
  if (last == items_.end()) return false;
  const bool ends_here = end != items_.end();
  NORN_INVARIANT(!ends_here || end <= last);
  items_.erase(last, items_.end());
  if (ends_here) {
    const bool with_end = items_.front().role == item_role::end_before;
    items_.erase(first, with_end ? std::next(end) : end);
  } else if (!parent.steps.empty()) {
    parent.role = item_role::rest;
    items_.insert(first, std::move(parent));
  }
  return true;
}

}  // namespace norn::engine
