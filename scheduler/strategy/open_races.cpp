#include <norn/scheduler/strategy/open_races.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/strategy/item_recovery.hpp>

namespace norn::engine {

namespace {

// Of the children of one execution, whether `a` is the one to be run later.
bool comes_later(const work_item& a, const work_item& b) {
  const auto key = [](const planned_step& s) { return std::pair(s.thread, s.alternative); };
  const auto [left, right] =
      std::mismatch(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(),
                    [&](const planned_step& x, const planned_step& y) { return key(x) == key(y); });
  if (left != a.steps.end() && right != b.steps.end()) return key(*left) > key(*right);
  if (a.steps.size() != b.steps.size()) return a.steps.size() > b.steps.size();
  const auto parts = [](const proposal& p) { return std::pair(p.block, p.reversed); };
  return parts(a.proposal) > parts(b.proposal);
}

using pasts = std::vector<std::vector<event_count>>;

// All pasts that one execution has to propose are kept at once.
constexpr std::size_t most_pasts_unseen = 64;

// The past in the execution itself, with the resolution's block and the reversed operation.
std::vector<event_count> past_in(const execution& t, const decision& d, event_id reversed) {
  std::vector<event_count> cut(t.width(), 0);
  for (std::size_t i = 0; i <= d.last; ++i) ++cut[index_of(t.at(event_id(i)).thread)];
  join(cut, t.clock(reversed));
  return cut;
}

// Every event of the execution that the operation conflicts with after this past, and that could have
// gone before it, makes a larger past.
template <class Conflicts>
void widen(const execution& t, const decision& d, event_id reversed,
           const std::vector<event_count>& cut, const Conflicts& conflicts, pasts& all) {
  const auto resolution = event_id(d.last);
  for (std::size_t i = d.last + 1; i < t.size(); ++i) {
    const event& z = t.at(event_id(i));
    if (contains(cut, z) || z.thread == t.at(reversed).thread) continue;
    if (t.happens_before(resolution, event_id(i)) || t.happens_before(reversed, event_id(i)))
      continue;
    if (!conflicts(z)) continue;
    std::vector<event_count> wider = cut;
    join(wider, t.clock(event_id(i)));
    if (std::find(all.begin(), all.end(), wider) == all.end()) all.push_back(std::move(wider));
  }
}

}  // namespace

void open_races::drop() {
  open_.clear();
  out_of_order_ = false;
}

void open_races::begin_parent() {
  kept_.reset();
  children_from_ = items_.size();
}

void open_races::reverse(const parent& from, const decision& d, event_id reversed) {
  out_of_order_ = true;
  if (!propose_after_each_past(from, d, reversed)) return;
  if (kept_ == nullptr) {
    kept_ = std::make_shared<const kept_parent>(
        kept_parent{from.t, from.item, from.by_next, from.settled});
  }
  open_.push_back({kept_, d, reversed});
}

bool open_races::reverse_within_reach(const parent& from, const decision& d, event_id reversed) {
  const execution& t = from.t;
  const event& w = t.at(reversed);
  pasts all(1, past_in(t, d, reversed));
  if (!proposer_.is_enabled_before(t, d, all[0], w.op, reversed)) return true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<event_count> cut = all[i];
    widen(
        t, d, reversed, cut, [&](const event& z) { return t.may_conflict(w, z); }, all);
    if (all.size() > most_pasts_unseen) return false;
  }
  out_of_order_ = true;
  for (const auto& cut : all) proposer_.propose(from, d, cut, w.thread, w.op, reversed);
  return true;
}

std::optional<work_item> open_races::next_probe() {
  while (!open_.empty()) {
    const open_race race = open_.back();
    const auto unknown = propose_after_each_past(race.from->view(), race.decided, race.reversed);
    if (unknown) {
      probed_ = unknown->key;
      return prefix_of(race, unknown->cut);
    }
    open_.pop_back();
  }
  return std::nullopt;
}

void open_races::put_in_order() {
  if (std::exchange(out_of_order_, false)) items_.sort_since(children_from_, comes_later);
}

// The cut without the resolution, the reversed operation last.
work_item open_races::prefix_of(const open_race& race, cut_view cut) {
  const execution& t = race.from->t;
  const std::vector<planned_step>& steps = race.from->item.steps;
  work_item item;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const event& e = t.at(event_id(i));
    const bool in = contains(cut, e) && event_id(i) != race.reversed && i != race.decided.last;
    if (in) item.steps.push_back(steps[i]);
  }
  item.steps.push_back(steps[index_of(race.reversed)]);
  return item;
}

// Returns a past for which it is not known what the operation touches, if there is one: then nothing has been
// proposed yet.
std::optional<open_races::unknown_footprint> open_races::propose_after_each_past(
    const parent& from, const decision& d, event_id reversed) {
  const execution& t = from.t;
  pasts all(1, past_in(t, d, reversed));
  const event& w = t.at(reversed);
  if (!proposer_.is_enabled_before(t, d, all[0], w.op, reversed)) return std::nullopt;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<event_count> cut = all[i];
    const std::uint64_t key = footprint_cache::key_of(t, cut, reversed, event_id(d.last), w.thread);
    const footprint* const touched = footprints_.find(key);
    if (touched == nullptr) return unknown_footprint{cut, key};
    widen(
        t, d, reversed, cut, [&](const event& z) { return conflict(*touched, t, z); }, all);
  }
  for (const auto& cut : all) proposer_.propose(from, d, cut, w.thread, w.op, reversed);
  return std::nullopt;
}

}  // namespace norn::engine
