#include <norn/scheduler/explore/nearest_passing.hpp>

#include <algorithm>
#include <tuple>
#include <vector>

#include <norn/scheduler/explore/replay_schedule.hpp>
#include <norn/scheduler/explore/runner_settings.hpp>
#include <norn/scheduler/explore/watch.hpp>
#include <norn/scheduler/strategy/guided.hpp>

namespace norn::engine {

namespace {

// A fraction of a second. Each execution counts for one more.
constexpr std::uint64_t steps_allowed = 500'000;

// The pairs are as many as the square of this, at most.
constexpr std::size_t steps_considered = 1'000;

// A step by its thread and its place among the steps of that thread, which no reordering changes.
struct named_step {
  thread_id thread{};
  std::size_t index = 0;
};

// Two steps of different threads that conflict, with their positions in the failing execution. The later
// one may be a thread's next operation, which never came.
struct ordered_pair {
  named_step earlier;
  named_step later;
  std::size_t earlier_at = 0;
  std::size_t later_at = 0;
  bool executed = true;
};

struct passing {
  ordered_pair turned;
  std::size_t later_at = 0;  // in the passing execution
  std::size_t reorderings = 0;
  schedule by_creation;

  auto rank() const {
    return std::make_tuple(reorderings, turned.later_at - turned.earlier_at, turned.earlier_at);
  }
};

std::optional<std::size_t> position(const execution& e, const named_step& s) {
  const auto events = e.events_of(s.thread);
  if (s.index >= events.size()) return std::nullopt;
  return index_of(events[s.index]);
}

bool touches(const execution& e, const event& a, object_slot o) {
  const auto made = e.accesses(a);
  return std::any_of(made.begin(), made.end(), [&](const access& x) { return x.object == o; });
}

class seeker {
 public:
  seeker(const program& body, const explore_options& options)
      : body_(body), options_(options), runner_(runner_settings(options)) {}

  std::optional<passing> seek(const schedule& failing) {
    const watch guard(runner_, options_.name, options_.limits.depth);
    // In a fresh runner threads get their identities in order of creation.
    const execution& came = run(failing);
    considered_ = std::min(came.size(), steps_considered);
    shown_ = std::min(failing.size(), considered_);
    for (const event& e : came.events()) whole_.push_back(came.step_of(e));
    find_pairs(came);
    find_pending_pairs(came);
    std::vector<ordered_pair> candidates = pairs_;
    std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
      return a.later_at - a.earlier_at < b.later_at - b.earlier_at;
    });
    std::optional<passing> nearest;
    for (const ordered_pair& p : candidates) {
      if (at_end()) break;
      const auto found = turn(p);
      if (found && (!nearest || found->rank() < nearest->rank())) nearest = found;
    }
    return nearest;
  }

  const effort& spent() const { return spent_; }

 private:
  const execution& run(const schedule& wishes) {
    guided_.follow(wishes);
    const execution& done = runner_.run(body_, guided_);
    ++spent_.executions;
    spent_.steps += done.size();
    return runner_.observed_more() ? run(wishes) : done;
  }

  void find_pairs(const execution& e) {
    for (std::size_t i = 0; i < shown_; ++i) {
      const event& a = e.at(event_id(i));
      for (std::size_t j = i + 1; j < considered_; ++j) {
        const event& b = e.at(event_id(j));
        if (a.thread == b.thread || !e.conflict(a, b)) continue;
        pairs_.push_back({{a.thread, a.index}, {b.thread, b.index}, i, j, true});
      }
    }
  }

  void find_pending_pairs(const execution& e) {
    for (std::size_t t = 0; t < e.thread_count(); ++t) {
      const auto blocked = thread_id(t);
      if (e.state(blocked) != thread_state::parked) continue;
      const object_slot on = e.pending(blocked).object;
      for (std::size_t i = 0; on != no_object && i < shown_; ++i) {
        const event& a = e.at(event_id(i));
        if (a.thread == blocked || !touches(e, a, on)) continue;
        const std::size_t next = e.events_of(blocked).size();
        pairs_.push_back({{a.thread, a.index}, {blocked, next}, i, e.size(), false});
      }
    }
  }

  // Lets the later one's thread run up to it before the earlier one.
  std::optional<passing> turn(const ordered_pair& p) {
    schedule wishes = whole_;
    if (!p.executed) wishes.push_back({p.later.thread, 0, 0});
    std::stable_partition(wishes.begin() + static_cast<std::ptrdiff_t>(p.earlier_at),
                          wishes.begin() + static_cast<std::ptrdiff_t>(p.later_at) + 1,
                          [&](const step& s) { return s.thread == p.later.thread; });
    const execution& came = run(wishes);
    const auto earlier = position(came, p.earlier);
    const auto later = position(came, p.later);
    const bool turned = later && (!earlier || *later < *earlier);
    if (!turned || came.outcome() != outcome::completed || !runner_.violations().empty() ||
        !runner_.misuse().empty()) {
      return std::nullopt;
    }
    passing found;
    found.turned = p;
    found.later_at = *later;
    found.by_creation = runner_.threads().by_creation(came);
    for (const ordered_pair& each : pairs_) {
      const auto first = position(came, each.earlier);
      const auto second = position(came, each.later);
      found.reorderings += first && second && *second < *first ? 1 : 0;
    }
    return found;
  }

  bool at_end() const {
    return spent_.steps + spent_.executions >= steps_allowed ||
           (options_.interrupted != nullptr && options_.interrupted->load());
  }

  const program& body_;
  const explore_options& options_;
  runner runner_;
  guided guided_;
  schedule whole_;              // the failing execution, to where it leads after the violation
  std::size_t considered_ = 0;  // its first steps, of which as many as
  std::size_t shown_ = 0;       // these are in the counterexample
  std::vector<ordered_pair> pairs_;
  effort spent_;
};

}  // namespace

passing_search find_nearest_passing(const program& body, const explore_options& options,
                                    const counterexample& failing) {
  seeker seeks(body, options);
  const auto found = seeks.seek(failing.schedule);
  passing_search all{std::nullopt, seeks.spent()};
  if (!found) return all;
  replay_result passes = replay(body, options, found->by_creation, {}, {});
  ++all.spent.executions;
  all.spent.steps += passes.trace.steps.size();
  if (passes.refused || passes.misuse || passes.violated) return all;
  nearest_passing& result = all.found.emplace();
  result.earlier = found->turned.earlier_at + 1;
  const std::size_t later = found->turned.later_at + 1;
  result.later = later <= failing.steps.size() ? later : 0;
  result.moved = passes.trace.steps[found->later_at];
  result.reorderings = found->reorderings;
  result.steps = std::move(passes.trace.steps);
  result.schedule = std::move(passes.trace.schedule);
  return all;
}

}  // namespace norn::engine
