#include <norn/specs/kit/history.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace norn::kit {

finding events::all_differ() const {
  std::vector<std::string> values;
  for (const event& e : *this) values.push_back(e.value);
  const std::set<std::string> different(values.begin(), values.end());
  return {different.size() == values.size(),
          empty() ? "" : fmt::format("{}: {}", front().what, fmt::join(values, ", "))};
}

bool events::has(std::string_view value, std::string_view detail) const {
  return std::any_of(begin(), end(),
                     [&](const event& e) { return e.value == value && e.detail == detail; });
}

void history::record(std::vector<event>& of_actor, event e) {
  if (ordered_) {
    told_.change([&](auto& all) { all.push_back(std::move(e)); });
  } else {
    of_actor.push_back(std::move(e));
  }
}

events history::of(std::string_view what) const {
  events found;
  const auto add = [&](const std::vector<event>& from) {
    for (const event& e : from) {
      if (e.what == what) found.push_back(e);
    }
  };
  if (ordered_) {
    add(told_.get());
  } else {
    for (const std::vector<event>& each : of_actors_) add(each);
  }
  return found;
}

events history::before_crash(std::string_view what) const {
  events found = of(what);
  std::erase_if(found, [](const event& e) { return e.actor == who_comes_after; });
  return found;
}

}  // namespace norn::kit
