#include <norn/scheduler/run/predicates.hpp>

#include <exception>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/unwound.hpp>

namespace norn {

void predicates::begin_execution() {
  all_.clear();
  observers_.clear();
  observing_.reset();
  observed_more_ = false;
}

void predicates::add(const char* name, std::function<bool()> holds, object_slot stand_in) {
  NORN_INVARIANT(all_.size() < allowed);
  all_.push_back({name, std::move(holds), stand_in});
}

void predicates::drop_all() {
  for (predicate& p : all_) p.active = false;
}

void predicates::drop_observers_of(object_slot o) {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if ((observers_of(o) >> i & 1) != 0) all_[i].active = false;
  }
}

void predicates::recall(object_slot o, object_id id) {
  const auto found = observed_.find(index_of(id));
  if (found == observed_.end()) return;
  if (observers_.size() <= index_of(o)) observers_.resize(index_of(o) + 1);
  observers_[index_of(o)] = found->second;
}

predicates::result predicates::evaluate(std::size_t i) {
  predicate& p = all_[i];
  p.changed = false;
  result came;
  if (!p.active) return came;
  observing_ = i;
  try {
    came.holds = p.holds();
  } catch (const unwound&) {
    throw;
  } catch (const std::exception& e) {
    came.threw = e.what();
  } catch (...) {
    came.threw = "what is no std::exception";
  }
  observing_.reset();
  return came;
}

void predicates::observe(object_slot o, object_id id, bool running) {
  const std::uint64_t bit = std::uint64_t{1} << *observing_;
  if (observers_.size() <= index_of(o)) observers_.resize(index_of(o) + 1);
  if ((observers_[index_of(o)] & bit) != 0) return;
  observers_[index_of(o)] |= bit;
  observed_[index_of(id)] |= bit;
  observed_more_ = observed_more_ || running;
}

void predicates::learn(const observations& observed) {
  for (const auto& [name, observers] : observed) observed_[name] |= observers;
}

}  // namespace norn
