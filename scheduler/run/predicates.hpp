// Predicates: what `always` states about a program, and which objects each statement looks at.
//
// A predicate can tell orders apart that `dependent` does not, so writes of what it looks at have to
// depend on one another (docs/architecture.md, observation). What a predicate looks at is found
// out by watching the predicate. It is kept by the predicate's place of registration and the object's name, and only
// grows over the whole search.
//
// A predicate that is false, that throws, or that can be evaluated no more is told to the findings of the execution.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/findings.hpp>

namespace norn::engine {

class predicates {
 public:
  static constexpr std::size_t allowed = 64;  // in one execution

  // `found`: the findings of the execution that runs.
  explicit predicates(findings& found) : found_(found) {}

  std::size_t size() const { return all_.size(); }
  // The object that stands for what the predicate looks at.
  object_slot stand_in(std::size_t i) const { return all_[i].stand_in; }

  // Forgets the predicates, and not what they look at. Of the execution before, what its first `kept` events and
  // the evaluations after them did is known to happen again.
  void begin_execution(std::size_t kept);
  // Requires: fewer than `allowed` so far.
  void add(const char* name, std::function<bool()> holds, object_slot stand_in);
  // The body of the check has ended, and what predicates captured by reference has gone with it: none is evaluated any
  // more. Misuse where one is still to be evaluated, unless the body has failed.
  void end(bool failed);
  // The object is destroyed: predicates that have looked at it in this execution cannot be evaluated any more.
  void drop_readers_of(object_slot o);

  void add_object(object_slot o, object_id id) {
    if (!observed_.empty()) recall(o, id);
  }
  // A bit for each predicate that looks at the object.
  std::uint64_t observers_of(object_slot o) const {
    if (index_of(o) >= observers_.size()) return 0;
    return observers_[index_of(o)] &
           (all_.size() == allowed ? UINT64_MAX : (std::uint64_t{1} << all_.size()) - 1);
  }
  // Those that are to be evaluated when the event is over, for something that they look at has been written: a bit
  // for each.
  std::uint64_t changed() const { return changed_; }
  void set_changed(std::uint64_t those) { changed_ = those; }
  void evaluate_changed(std::size_t after) {
    if (changed_ != 0) evaluate_all(std::exchange(changed_, 0), after, true);
  }
  // The object is written. Of predicates that were dropped, those count that have looked at it in this execution: to
  // others it may be the name alone that is known, from another execution.
  void touch(object_slot o) { changed_ |= observers_of(o) & (~dropped_ | readers_of(o)); }

  // Evaluates each of `those` after so many events. `again`: not for the first time in this execution, but because of
  // what an event has changed. Lets through the exception that unwinds a thread (unwound.hpp).
  void evaluate_all(std::uint64_t those, std::size_t after, bool again);
  void evaluate(std::size_t i, std::size_t after, bool again);
  // While recorded events are repeated, predicates are not evaluated, but for those that made objects the first
  // time: whether there is one after so many events.
  bool repeats(std::size_t after) const {
    return repeated_ < makers_.size() && makers_[repeated_].after == after;
  }
  void repeat(std::size_t after);

  // The predicate that is being evaluated looks at the object. `running`: events have been executed, so
  // that writes may have been missed if this is new.
  bool observing() const { return observing_.has_value(); }
  // Misuse by the predicate that is being evaluated, which is watched no more: an operation (`what`) inside it, or a
  // look at an object that has been destroyed. The caller stops the thread afterwards. These functions do not: the
  // thread's stack may never be unwound, and a text on that stack would leak.
  void report_operation(const std::string& what);
  void report_destroyed();
  void stop_observing() { observing_.reset(); }
  void observe(object_slot o, object_id id, bool running);
  // An operation looks at an object whose accesses are left out until something does (point.hpp). `running`: as above.
  void observe_lazy(object_id id, bool running) {
    if (observed_.try_emplace(index_of(id), 0).second && running) observed_more_ = true;
  }
  // Whether a predicate or such an operation has looked at the object, in whatever execution.
  bool is_observed(object_id id) const { return observed_.contains(index_of(id)); }
  // It makes an object: state of the model that nobody had used before.
  void note_made();
  bool observed_more() const { return observed_more_; }
  // What was found to be looked at: for each name of an object a bit for each predicate that does, and none where only
  // operations do. Known before a search starts over, it need not be found again.
  using observations = std::unordered_map<std::uint64_t, std::uint64_t>;
  const observations& observed() const { return observed_; }
  void learn(const observations& observed);

 private:
  struct predicate {
    const char* name;
    std::function<bool()> holds;
    object_slot stand_in;
  };
  // In this execution, or in the part of the one before that is repeated.
  struct reading {
    std::size_t after = 0;  // events
    object_slot of{};
    std::uint64_t by = 0;  // a bit for a predicate
  };
  struct result {
    bool holds = true;
    std::optional<std::string> threw;
  };
  struct making {
    std::size_t after = 0;
    std::size_t by = 0;
  };

  // Whether an object was destroyed that it had looked at.
  bool dropped(std::size_t i) const { return (dropped_ >> i & 1) != 0; }
  result ask(std::size_t i, std::size_t after, bool again);
  std::uint64_t readers_of(object_slot o) const {
    return index_of(o) < readers_.size() ? readers_[index_of(o)] : 0;
  }
  void recall(object_slot o, object_id id);
  void note_reading(object_slot o);

  findings& found_;
  std::vector<predicate> all_;
  std::uint64_t changed_ = 0;
  std::uint64_t dropped_ = 0;
  bool ended_ = false;
  std::vector<std::uint64_t> observers_;  // by object
  std::vector<std::uint64_t> readers_;  // of these, those that have looked at it in this execution
  std::vector<reading> readings_;       // in their order
  std::vector<making> makers_;
  std::size_t repeated_ = 0;  // of the makers
  std::optional<std::size_t> observing_;
  std::size_t after_ = 0;  // the predicate is being evaluated after so many events
  bool again_ = false;
  observations observed_;
  bool observed_more_ = false;
};

}  // namespace norn::engine
