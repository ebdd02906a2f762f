// Predicates: what `always` states about a program, and which objects each statement looks at.
//
// A predicate can tell orders apart that `dependent` does not, so writes of what it looks at have to
// depend on one another (docs/architecture.md, observation). What it looks at is found out by watching it,
// by its place of registration and the object's name, and only grows over the whole search.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn {

class predicates {
 public:
  static constexpr std::size_t allowed = 64;  // in one execution

  std::size_t size() const { return all_.size(); }
  const char* name(std::size_t i) const { return all_[i].name; }
  // The object that stands for what the predicate looks at.
  object_slot stand_in(std::size_t i) const { return all_[i].stand_in; }

  // Forgets the predicates, and not what they look at.
  void begin_execution();
  // Requires: fewer than `allowed` so far.
  void add(const char* name, std::function<bool()> holds, object_slot stand_in);
  // What it captured by reference has gone.
  void drop_all();
  void drop_observers_of(object_slot o);

  void add_object(object_slot o, object_id id) {
    if (!observed_.empty()) recall(o, id);
  }
  // A bit for each predicate that looks at the object.
  std::uint64_t observers_of(object_slot o) const {
    return index_of(o) < observers_.size() ? observers_[index_of(o)] : 0;
  }
  // Something that the predicate looks at has been written.
  void touch(std::size_t i) { all_[i].changed = true; }
  bool changed(std::size_t i) const { return all_[i].changed; }

  struct result {
    bool holds = true;
    std::optional<std::string> threw;
  };
  // Lets through the exception that unwinds a thread (runner.hpp).
  result evaluate(std::size_t i);

  // The predicate that is being evaluated looks at the object. `running`: events have been executed, so
  // that writes may have been missed if this is new.
  bool observing() const { return observing_.has_value(); }
  const char* observing_name() const { return all_[*observing_].name; }
  void stop_observing() { observing_.reset(); }
  void observe(object_slot o, object_id id, bool running);
  bool observed_more() const { return observed_more_; }
  // What predicates were found to look at: for each name of an object a bit for each of them. Known before a
  // search starts over, it need not be found again.
  using observations = std::unordered_map<std::uint64_t, std::uint64_t>;
  const observations& observed() const { return observed_; }
  void learn(const observations& observed);

 private:
  struct predicate {
    const char* name;
    std::function<bool()> holds;
    object_slot stand_in;
    bool changed = false;
    bool active = true;
  };

  void recall(object_slot o, object_id id);

  std::vector<predicate> all_;
  std::vector<std::uint64_t> observers_;  // by object
  std::optional<std::size_t> observing_;
  observations observed_;
  bool observed_more_ = false;
};

}  // namespace norn
