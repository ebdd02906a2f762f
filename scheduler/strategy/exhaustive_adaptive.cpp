// Adaptive operations: they may touch other objects before a resolution than they did after it, and so have other
// pasts there. All of these are proposed; what is touched after each of them is found by running it.
#include <algorithm>
#include <utility>

#include <norn/scheduler/strategy/exhaustive.hpp>

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

}  // namespace

// Returns whether there were new ones although an execution has been learnt from without knowing of them:
// the search must start over.
bool exhaustive::learn_kinds_with_extra_accesses(const execution& t) {
  bool learnt = false;
  for (const event& e : t.events()) {
    if (e.has_extra_accesses)
      learnt = kinds_with_extra_accesses_.insert(e.op.kind->name_hash).second || learnt;
  }
  return learnt && replayed_ != 0;
}

// What the reversed operation will touch; 0 where it is not known.
std::uint64_t exhaustive::expected_of(const execution& t, event_id reversed) const {
  if (reversed == no_event || is_adaptive(t.at(reversed))) return 0;
  return objects_touched(t, reversed);
}

// Proposes the reversal of an adaptive operation after each past that it can have before the
// resolution. Returns a past for which it is not known what the operation touches, if there is one:
// then nothing has been proposed yet.
std::optional<exhaustive::unknown_footprint> exhaustive::propose_after_each_past(
    const parent& from, const decision& d, event_id reversed) {
  const execution& t = from.t;
  std::vector<std::vector<event_count>> pasts(1, std::vector<event_count>(t.width(), 0));
  for (std::size_t i = 0; i <= d.last; ++i) ++pasts[0][index_of(t.at(event_id(i)).thread)];
  join(pasts[0], t.clock(reversed));
  const event& w = t.at(reversed);
  if (!is_open_at(t, w.op, without_decided(t, d, reversed, pasts[0]))) return std::nullopt;
  for (std::size_t i = 0; i < pasts.size(); ++i) {
    const std::uint64_t key =
        footprint_cache::key_of(t, pasts[i], reversed, event_id(d.last), w.thread);
    const footprint* const touched = footprints_.find(key);
    if (touched == nullptr) return unknown_footprint{pasts[i], key};
    const std::vector<event_count> cut = pasts[i];
    widen(t, d, reversed, cut, *touched, pasts);
  }
  for (const auto& cut : pasts) propose(from, d, cut, w.thread, w.op, reversed);
  return std::nullopt;
}

// Every event of the execution that the operation conflicts with after this past, and that could have
// gone before it, makes a larger past.
void exhaustive::widen(const execution& t, const decision& d, event_id reversed, cut_view cut,
                       const footprint& touched,
                       std::vector<std::vector<event_count>>& pasts) const {
  const auto resolution = event_id(d.last);
  for (std::size_t i = d.last + 1; i < t.size(); ++i) {
    const event& z = t.at(event_id(i));
    if (cut[index_of(z.thread)] > z.index || z.thread == t.at(reversed).thread) continue;
    if (t.happens_before(resolution, event_id(i)) || t.happens_before(reversed, event_id(i)))
      continue;
    if (!conflict(touched, t, z)) continue;
    std::vector<event_count> wider(cut.begin(), cut.end());
    join(wider, t.clock(event_id(i)));
    if (std::find(pasts.begin(), pasts.end(), wider) == pasts.end())
      pasts.push_back(std::move(wider));
  }
}

// What an adaptive operation touches may have been known, or come to be known one race after the other: the
// items are the same, and so is to be their order.
void exhaustive::put_in_order() {
  if (!std::exchange(out_of_order_, false)) return;
  items_.sort_since(children_from_, comes_later);
}

// Goes on with the last open race: either all is known by now, or the next prefix is to be run.
bool exhaustive::probe_next() {
  while (!open_races_.empty()) {
    const open_race race = open_races_.back();
    const execution& t = race.from->t;
    const std::vector<planned_step>& steps = race.from->steps;
    const auto unknown = propose_after_each_past(race.from->view(), race.decided, race.reversed);
    if (!unknown) {
      open_races_.pop_back();
      continue;
    }
    work_item item;
    for (std::size_t i = 0; i < t.size(); ++i) {
      const event& e = t.at(event_id(i));
      const bool in = unknown->cut[index_of(e.thread)] > e.index;
      if (in && event_id(i) != race.reversed && i != race.decided.last) {
        item.steps.push_back(steps[i]);
      }
    }
    item.steps.push_back(steps[index_of(race.reversed)]);
    take_up(std::move(item));
    probed_ = unknown->key;
    return true;
  }
  return false;
}

}  // namespace norn::engine
