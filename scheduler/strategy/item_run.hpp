// Item run: one work item on its way to a complete execution. What the item does not share with the one before is
// replayed; beyond its end `next` chooses, and each further event is a block of its own.
//
// A proposal predicts the outcome of the reversed operation w from the execution in which w came after the resolution
// r. When the item is first run, its block is examined: if w no longer lies after all of its supposed past, or is not
// the event that a canonical parent would have reversed, the run is cut off (a *probe*; it was no execution).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <norn/scheduler/strategy/adaptive_kinds.hpp>
#include <norn/scheduler/strategy/item_frontier.hpp>
#include <norn/scheduler/strategy/strategy.hpp>
#include <norn/scheduler/strategy/work_item.hpp>

namespace norn::engine {

class item_run {
 public:
  item_run(item_frontier& items, const adaptive_kinds& adaptive)
      : items_(items), adaptive_(adaptive) {}

  void take_up(work_item&& item);
  // The next item shares nothing with this one.
  void share_nothing() { items_.retire(item_); }

  const work_item& item() const { return item_; }  // with the steps that it was extended by
  std::size_t replayed() const { return replayed_; }
  std::size_t shared() const { return shared_; }

  bool replays(const execution& so_far) const { return so_far.size() < replayed_; }
  thread_id replay(const execution& so_far);
  thread_id extend(const execution& so_far, thread_id next);
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered);

  // Whether the item may go on. Called again and again beyond the end of what is replayed; looks once. What else the
  // block could have come to is proposed.
  bool examine(const execution& so_far) {
    return is_examined_ ? is_accepted_ : examine_once(so_far);
  }
  // Whether the item was not accepted because of an operation with extra accesses, whose kind was not known to have
  // any: what was learnt without knowing of that kind is out of date.
  bool is_out_of_date() const { return is_out_of_date_; }

  // Whether the execution, which was not cut off, did all of the item's steps.
  bool reached_end(const execution& done);

  // Why the execution could not follow the item, if it could not.
  const std::optional<divergence>& diverged() const { return divergence_; }
  void diverge(std::optional<divergence> d) { divergence_ = std::move(d); }

  // Whether the item would be found again from the execution that it led to, as far as that is to be told without
  // running more.
  bool would_be_found(const execution& t) const;

 private:
  void diverge(std::size_t position, std::string came);
  bool examine_once(const execution& so_far);
  bool touches_what_is_expected(const execution& so_far);
  bool is_as_proposed(const execution& so_far) const;
  bool reversed_is_canonical_maximum(const execution& so_far) const;
  void propose_alternatives(const execution& so_far);

  item_frontier& items_;
  const adaptive_kinds& adaptive_;
  work_item item_;
  std::size_t replayed_ = 0;  // steps of the item as it was taken up
  std::size_t shared_ = 0;    // of these, as many as the execution before began with
  bool is_examined_ = false;
  bool is_accepted_ = false;
  bool is_out_of_date_ = false;
  std::optional<divergence> divergence_;
};

}  // namespace norn::engine
