// History: what actors did and were told, as events. State of the specification: no actor sees it.
//
// An event belongs to the step just executed. Events of one actor are in its order. Between actors there is
// no order, so that recording costs none; but where something may crash, whether an actor was told before
// that matters, and events are in the order in which they happened (a ghost).
#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <norn/model/memory/ghost.hpp>

namespace norn::kit {

// The actor who comes after a crash.
inline constexpr const char* who_comes_after = "after";

struct event {
  std::string actor;   // `writer/0`
  std::string what;    // `created`
  std::string value;   // `REV-001`
  std::string detail;  // what else there is to say
};

// Whether a property holds, and what there is to say where it does not.
struct finding {
  bool holds = true;
  std::string message = {};

  finding(bool h, std::string m = {})
      : holds(h), message(std::move(m)) {}  // NOLINT: a finding is a bool
};

class events : public std::vector<event> {
 public:
  // No two values are the same.
  finding all_differ() const;
  bool has(std::string_view value, std::string_view detail) const;
};

class history {
 public:
  // `ordered`: something may crash.
  explicit history(bool ordered) : ordered_(ordered) {}

  // The place of one actor's events. Requires: no other thread runs.
  std::vector<event>& begin_actor() { return of_actors_.emplace_back(); }
  void record(std::vector<event>& of_actor, event e);

  // For what an actor's check needs to know of all others: a value noted, up to the step just executed.
  void note(const std::string& value) {
    notes_.change([&](auto& all) { all.insert(value); });
  }
  bool has_noted(const std::string& value) const { return notes_.get().contains(value); }

  // Actor by actor in the order of their beginning, or in the order in which they happened.
  // Requires: nobody records any more.
  events of(std::string_view what) const;
  // Without those of the actor who comes after a crash.
  events before_crash(std::string_view what) const;

 private:
  bool ordered_;
  ghost<std::set<std::string>> notes_{{}, "notes"};
  ghost<std::vector<event>> told_{{}, "told"};
  std::deque<std::vector<event>> of_actors_;
};

}  // namespace norn::kit
