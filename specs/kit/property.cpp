#include <norn/specs/kit/property.hpp>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <norn/specs/kit/rows.hpp>

namespace norn::kit {

namespace {

finding as_many_as_created(const history& h) {
  const events unreadable = h.of("unreadable");
  if (!unreadable.empty()) return {false, "in the end it is unreadable: " + unreadable[0].value};
  const std::size_t created = h.of("created").size();
  const std::size_t found = h.of("found").size();
  return {found == created, fmt::format("{} were created, {} found", created, found)};
}

finding all_differ(const history& h) {
  const finding told = h.of("created").all_differ();
  return told.holds ? h.of("found").all_differ() : told;
}

finding kept_what_was_told(const history& h) {
  const events found = h.of("found");
  for (const event& e : h.before_crash("created")) {
    if (found.has(e.value, e.detail)) continue;
    return {false,
            e.actor + " was told " + e.value + ", and after the crash it is not there as it was"};
  }
  return true;
}

// What cannot be read is an empty log.
finding goes_on(const std::string& earlier, const std::string& later) {
  const rows from = parse_rows(earlier).value_or(rows());
  const rows to = parse_rows(later).value_or(rows());
  return {from.size() <= to.size() && std::equal(from.begin(), from.end(), to.begin()),
          "after \"" + earlier + "\" the log was \"" + later + "\""};
}

finding only_goes_on(const history& h) {
  std::map<std::string, std::string> seen_last;
  for (const event& saw : h.of("saw")) {
    std::string& last = seen_last.try_emplace(saw.actor, saw.value).first->second;
    if (const finding f = goes_on(last, saw.value); !f.holds) return f;
    last = saw.value;
  }
  for (const event& left : h.of("left")) {
    for (const event& saw : h.before_crash("saw")) {
      if (const finding f = goes_on(saw.value, left.value); !f.holds) return f;
    }
  }
  return true;
}

}  // namespace

property final_count() {
  return {"final_count",
          "in the end there are as many as were created",
          as_many_as_created,
          unless_it_crashes,
          {mission}};
}

property no_double_allocation(const std::string& name) {
  return {name, "nothing is given twice", all_differ, everywhere, {mission}};
}

property acknowledged_durable() {
  return {"acknowledged_durable", "what somebody was told of before a crash is there after it",
          kept_what_was_told, where_it_crashes};
}

property log_append_only(scope claimed) {
  return {"log_append_only", "what was seen of a log is the beginning of all that is seen later",
          only_goes_on, claimed};
}

}  // namespace norn::kit
