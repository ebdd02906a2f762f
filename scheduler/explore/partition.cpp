#include <norn/scheduler/explore/partition.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>

namespace norn {

namespace {

bool knows(const std::vector<finding>& findings, const std::string& property) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const finding& f) { return f.property == property; });
}

// A segment's findings, after what came before it.
void append(std::vector<finding>& to, const std::vector<finding>& more, const statistics& before) {
  for (const finding& each : more) {
    if (knows(to, each.property)) continue;
    finding& f = to.emplace_back(each);
    f.number += before.executions;
    add(f.so_far, before);
  }
}

}  // namespace

void add(statistics& to, const statistics& more) {
  to.executions += more.executions;
  to.blocked += more.blocked;
  to.probes += more.probes;
  to.too_deep += more.too_deep;
  to.steps += more.steps;
}

partition::partition() : segments_(1) { segments_.front().items.emplace_back(); }

segment* partition::take() {
  for (segment& s : segments_) {
    if (!std::exchange(s.taken, true)) return &s;
  }
  return nullptr;
}

bool partition::has_waiting() const {
  return std::any_of(segments_.begin(), segments_.end(), [](const segment& s) { return !s.taken; });
}

void partition::cut_off(segment& giver, std::vector<work_item> items) {
  segment& fresh = *segments_.emplace(std::next(place_of(giver)));
  fresh.items = std::move(items);
}

void partition::finish(segment& s) {
  s.done = true;
  place here = place_of(s);
  if (here != segments_.begin()) {
    const place before = std::prev(here);
    if (unite(before, here)) here = before;
  }
  if (std::next(here) != segments_.end()) unite(here, std::next(here));
}

bool partition::unite(place first, place second) {
  if (!first->done || !second->done || first->misuse) return false;
  append(first->findings, second->findings, first->stats);
  add(first->stats, second->stats);
  first->misuse = std::move(second->misuse);
  segments_.erase(second);
  return true;
}

partition::place partition::place_of(const segment& s) {
  const place found = std::find_if(segments_.begin(), segments_.end(),
                                   [&](const segment& other) { return &other == &s; });
  NORN_INVARIANT(found != segments_.end());
  return found;
}

summary partition::in_order(const std::function<bool(const std::vector<finding>&)>& decided) const {
  summary all;
  for (const segment& s : segments_) {
    for (const finding& each : s.findings) {
      append(all.findings, {each}, all.stats);
      if (!decided(all.findings)) continue;
      all.decided = true;
      all.stats = all.findings.back().so_far;
      return all;
    }
    add(all.stats, s.stats);
    all.misuse = s.misuse;
    all.decided = s.misuse.has_value();
    if (all.decided || !s.done) return all;
  }
  all.complete = all.decided = true;
  return all;
}

summary partition::so_far() const {
  summary all;
  for (const segment& s : segments_) {
    append(all.findings, s.findings, all.stats);
    add(all.stats, s.stats);
    if (!all.misuse) all.misuse = s.misuse;
  }
  all.complete = complete();
  return all;
}

bool partition::complete() const {
  return std::all_of(segments_.begin(), segments_.end(), [](const segment& s) { return s.done; });
}

}  // namespace norn
