#include <norn/scheduler/run/predicates.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/unwound.hpp>

namespace norn::engine {

namespace {

std::uint64_t& bits_of(std::vector<std::uint64_t>& by_object, object_slot o) {
  if (by_object.size() <= index_of(o)) by_object.resize(index_of(o) + 1);
  return by_object[index_of(o)];
}

template <class Entry>
void forget_after(std::vector<Entry>& entries, std::size_t kept) {
  while (!entries.empty() && entries.back().after > kept) entries.pop_back();
}

}  // namespace

void predicates::begin_execution(std::size_t kept) {
  all_.clear();
  changed_ = dropped_ = 0;
  ended_ = false;
  observers_.clear();
  observing_.reset();
  observed_more_ = false;
  if (kept == 0) {
    readings_.clear();
    makers_.clear();
  }
  forget_after(readings_, kept);
  forget_after(makers_, kept);
  repeated_ = 0;
  readers_.clear();
  for (const reading& r : readings_) bits_of(readers_, r.of) |= r.by;
}

void predicates::add(const char* name, std::function<bool()> holds, object_slot stand_in) {
  NORN_INVARIANT(all_.size() < allowed);
  all_.push_back({name, std::move(holds), stand_in});
}

void predicates::end() { ended_ = true; }

void predicates::drop_readers_of(object_slot o) { dropped_ |= readers_of(o); }

void predicates::recall(object_slot o, object_id id) {
  const auto found = observed_.find(index_of(id));
  if (found == observed_.end()) return;
  bits_of(observers_, o) = found->second;
}

predicates::result predicates::evaluate(std::size_t i, std::size_t after, bool again) {
  predicate& p = all_[i];
  result came;
  if (ended_ || dropped(i)) return came;
  observing_ = i;
  after_ = after;
  again_ = again;
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

void predicates::repeat(std::size_t after) {
  while (repeats(after)) {
    const std::size_t by = makers_[repeated_++].by;
    static_cast<void>(evaluate(by, after, true));
  }
}

void predicates::note_reading(object_slot o) {
  const std::uint64_t bit = std::uint64_t{1} << *observing_;
  std::uint64_t& readers = bits_of(readers_, o);
  if ((readers & bit) != 0) return;
  readers |= bit;
  readings_.push_back({after_, o, bit});
}

void predicates::note_made() {
  if (!again_) return;  // the first evaluation is not left out where events are repeated
  const bool known = std::any_of(makers_.begin(), makers_.end(), [&](const making& m) {
    return m.after == after_ && m.by == *observing_;
  });
  if (!known) makers_.push_back({after_, *observing_});
}

void predicates::observe(object_slot o, object_id id, bool running) {
  note_reading(o);
  const std::uint64_t bit = std::uint64_t{1} << *observing_;
  std::uint64_t& observers = bits_of(observers_, o);
  if ((observers & bit) != 0) return;
  observers |= bit;
  observed_[index_of(id)] |= bit;
  observed_more_ = observed_more_ || running;
}

void predicates::learn(const observations& observed) {
  for (const auto& [name, observers] : observed) observed_[name] |= observers;
}

}  // namespace norn::engine
