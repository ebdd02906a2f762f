#include <norn/scheduler/explore/partition.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::engine {

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
  to.too_deep += more.too_deep;
  to.steps += more.steps;
  to.probes += more.probes;
  to.probe_steps += more.probe_steps;
  to.met_groups = to.met_groups || more.met_groups;
}

void add(std::vector<declared_fault>& to, const std::vector<declared_fault>& more) {
  std::vector<bool> matched(to.size(), false);
  for (const declared_fault& f : more) {
    std::size_t i = 0;
    while (i < matched.size() && (matched[i] || to[i].kind != f.kind || to[i].name != f.name)) ++i;
    if (i == matched.size()) {
      to.push_back(f);
    } else {
      matched[i] = true;
      to[i].struck = to[i].struck || f.struck;
      to[i].budget = std::max(to[i].budget, f.budget);
    }
  }
}

void add(std::vector<ghost_use>& to, const std::vector<ghost_use>& more) {
  for (const ghost_use& g : more) {
    const auto known = std::find_if(to.begin(), to.end(), [&](const ghost_use& other) {
      return other.name == g.name && other.label == g.label;
    });
    if (known == to.end()) {
      to.push_back(g);
    } else {
      known->taken_back = known->taken_back || g.taken_back;
      known->lasted = known->lasted || g.lasted;
    }
  }
}

partition::partition() : segments_(1) { segments_.front().items.emplace_back(); }

partition::partition(const std::vector<segment>& segments)
    : segments_(segments.begin(), segments.end()) {}

segment* partition::take() {
  for (segment& s : segments_) {
    if (s.taken || s.done) continue;
    s.taken = true;
    s.last = {s.items, s.stats, s.faults, s.ghosts, s.findings.size()};
    return &s;
  }
  return nullptr;
}

std::vector<segment> partition::recorded() const {
  std::vector<segment> all(segments_.begin(), segments_.end());
  for (segment& s : all) {
    if ((s.taken && !s.done) || s.starts_over) {
      s.items = std::move(s.last.items);
      s.stats = s.last.stats;
      s.faults = std::move(s.last.faults);
      s.ghosts = std::move(s.last.ghosts);
      s.findings.resize(s.last.findings);
    }
    s.done = s.done && !s.starts_over;
    s.taken = s.starts_over = false;
    s.last = {};
  }
  return all;
}

bool partition::has_waiting() const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [](const segment& s) { return !s.taken && !s.done; });
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
  if (first->starts_over || second->starts_over) return false;
  for (finding& each : second->findings) {
    std::vector<declared_fault> until_then = first->faults;
    add(until_then, each.faults);
    each.faults = std::move(until_then);
  }
  append(first->findings, second->findings, first->stats);
  add(first->stats, second->stats);
  add(first->faults, second->faults);
  add(first->ghosts, second->ghosts);
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
      add(all.faults, each.faults);
      return all;
    }
    add(all.stats, s.stats);
    add(all.faults, s.faults);
    add(all.ghosts, s.ghosts);
    all.misuse = s.misuse;
    if (s.starts_over) all.starts_over = &s;
    all.decided = s.misuse || s.starts_over;
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
    add(all.faults, s.faults);
    add(all.ghosts, s.ghosts);
    if (!all.misuse) all.misuse = s.misuse;
  }
  all.complete = complete();
  return all;
}

bool partition::complete() const {
  return std::all_of(segments_.begin(), segments_.end(), [](const segment& s) { return s.done; });
}

}  // namespace norn::engine
