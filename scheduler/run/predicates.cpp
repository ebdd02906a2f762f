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

void predicates::end(bool failed) {
  if (!failed && changed_ != 0) {
    found_.report_misuse(
        std::string("the last step of the body changes what the predicate of always(\"") +
        all_[static_cast<std::size_t>(__builtin_ctzll(changed_))].name +
        "\") reads, and the body ends before the predicate could be evaluated: let "
        "norn::mark(\"end\") be its last step");
  }
  changed_ = 0;
  ended_ = true;
}

void predicates::drop_readers_of(object_slot o) { dropped_ |= readers_of(o); }

void predicates::recall(object_slot o, object_id id) {
  const auto found = observed_.find(index_of(id));
  if (found == observed_.end()) return;
  bits_of(observers_, o) = found->second;
}

void predicates::evaluate_all(std::uint64_t those, std::size_t after, bool again) {
  for (; those != 0; those &= those - 1) {
    evaluate(static_cast<std::size_t>(__builtin_ctzll(those)), after, again);
  }
}

void predicates::evaluate(std::size_t i, std::size_t after, bool again) {
  const char* const name = all_[i].name;
  if (dropped(i)) {
    found_.report_misuse(std::string("the predicate of always(\"") + name +
                         "\") can be evaluated no more, for a variable that it has read was "
                         "destroyed, and what else it "
                         "reads has changed since: let what it reads live until the body ends");
    return;
  }
  const result came = ask(i, after, again);
  if (came.threw) {
    found_.report_misuse(std::string("the predicate of always(\"") + name +
                         "\") threw: " + *came.threw);
  }
  if (!came.holds) found_.violate(name, "the predicate is false after this step", after);
}

predicates::result predicates::ask(std::size_t i, std::size_t after, bool again) {
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
    static_cast<void>(ask(by, after, true));
  }
}

void predicates::report_operation(const std::string& what) {
  found_.report_misuse(what + " inside the predicate of always(\"" + all_[*observing_].name +
                       "\"): a predicate may only read variables of the model");
  stop_observing();
}

void predicates::report_destroyed() {
  found_.report_misuse(
      std::string("the predicate of always(\"") + all_[*observing_].name +
      "\") reads a variable that has been destroyed: let what it reads live until the body ends");
  stop_observing();
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
