#include <norn/scheduler/explore/explorer.hpp>

#include <algorithm>
#include <chrono>
#include <map>

#include <norn/scheduler/explore/nearest_passing.hpp>
#include <norn/scheduler/explore/nondeterminism.hpp>
#include <norn/scheduler/explore/saved_search.hpp>
#include <norn/scheduler/explore/shrink.hpp>
#include <norn/scheduler/explore/strategies.hpp>
#include <norn/scheduler/explore/within_body.hpp>
#include <norn/scheduler/explore/workers.hpp>

namespace norn {

using namespace engine;

namespace {

// Of the search's faults, those that struck in no execution.
std::optional<std::string> faults_in_vain(const std::vector<declared_fault>& faults) {
  std::string names;
  for (const declared_fault& f : faults) {
    if (!f.struck) names += (names.empty() ? "" : ", ") + f.name;
  }
  if (names.empty()) return std::nullopt;
  return "declared faults struck in no execution: " + names +
         "\n  the search is complete, so they never can: declare them before the threads start "
         "that "
         "they are to hit and cease after these have ended, or leave them out.";
}

// Ghosts whose changes nobody can have seen.
// Where executions were left out that are renamings of others, what one ghost shows another may have shown.
std::optional<std::string> unseen_ghosts(std::vector<ghost_use> ghosts, bool up_to_renaming) {
  const auto lasted = [](const ghost_use& g) { return g.lasted; };
  if (up_to_renaming && std::any_of(ghosts.begin(), ghosts.end(), lasted)) return std::nullopt;
  std::sort(ghosts.begin(), ghosts.end(),
            [](const ghost_use& a, const ghost_use& b) { return a.name < b.name; });
  std::string names;
  for (const ghost_use& g : ghosts) {
    if (!g.taken_back || g.lasted) continue;
    names += (names.empty() ? "" : ", ") + (g.label.empty() ? std::string("a ghost") : g.label);
  }
  if (names.empty()) return std::nullopt;
  return "ghosts are changed and changed back within one step, in every execution: " + names +
         "\n  no other thread and no predicate can see that: let an operation come between the two "
         "changes, or "
         "norn::mark(\"…\") where the program has none.";
}

segment as_segment(const summary& whole) {
  segment s;
  s.done = true;
  s.stats = whole.stats;
  s.findings = whole.findings;
  s.faults = whole.faults;
  s.ghosts = whole.ghosts;
  s.misuse = whole.misuse;
  return s;
}

// One for each kind, in the order of their names.
std::vector<fault_budget> budgets_of(const std::vector<declared_fault>& faults) {
  std::map<std::string, std::uint32_t> kinds;
  for (const declared_fault& f : faults) kinds[f.kind] += f.budget;
  std::vector<fault_budget> budgets;
  for (const auto& [kind, budget] : kinds) budgets.push_back({kind, budget});
  return budgets;
}

class explorer {
 public:
  explorer(const program& body, const explore_options& options) : body_(body), options_(options) {
    for (const std::string& p : options.properties) result_.properties.push_back({p, {}, {}, {}});
    result_.limits = options.limits;
    if (strategy_row_of(options.strategy).bounds_preemptions && !options.limits.preemptions) {
      result_.limits.preemptions = usual_preemptions;
    }
    result_.strategy = name_of(options.strategy);
  }

  search_result explore() {
    const auto began = steady::now();
    const saved_search last = search();
    const auto searched = steady::now();
    const summary found = partition(last.segments).so_far();
    result_.stats = found.stats;
    result_.bound_hit = last.bound_hit;
    result_.misuse = found.misuse;
    result_.faults = budgets_of(found.faults);
    if (last.complete) end_of_search(found);
    for (const finding& f : found.findings) {
      if (!result_.misuse) confirm(f);
    }
    give_verdicts();
    result_.stats.seconds = seconds_between(began, searched);
    result_.stats.shrinking.seconds = seconds_between(searched, steady::now());
    return std::move(result_);
  }

 private:
  using steady = std::chrono::steady_clock;

  static double seconds_between(steady::time_point first, steady::time_point last) {
    return std::chrono::duration<double>(last - first).count();
  }

  // Goes on from where it was, if it was anywhere.
  saved_search search() {
    if (options_.from != nullptr && options_.from->over) return *options_.from;
    workers searching(body_, options_);
    const summary found = searching.search();
    saved_search last = searching.saved();
    last.bound_hit = searching.bound_hit();
    last.over = last.bound_hit != bound_kind::time && last.bound_hit != bound_kind::interrupted;
    last.complete = found.complete;
    if (searching.gave_way()) result_.strategy = name_of(strategy_kind::exhaustive);
    if (!last.over && options_.save) options_.save(last);
    last.segments.assign(1, as_segment(found));
    if (last.over && options_.save) options_.save(last);
    return last;
  }

  // Nothing was left to run.
  void end_of_search(const summary& found) {
    result_.complete = result_.bound_hit == bound_kind::none && result_.stats.too_deep == 0;
    if (result_.stats.too_deep != 0) result_.bound_hit = bound_kind::depth;
    if (result_.complete && !result_.misuse) result_.misuse = faults_in_vain(found.faults);
    if (result_.complete && !result_.misuse)
      result_.misuse = unseen_ghosts(found.ghosts, found.stats.met_groups);
  }

  // Each first violation is run once more before it is believed. Then it is made as short as can be, and run
  // for the reader.
  void confirm(const finding& f) {
    replay_result again = run_again(f.schedule, f.property);
    // A shorter schedule, or one that passes, may need other times than are feasible.
    const bool timed = strategy_row_of(options_.strategy).times;
    if (again.violated && !timed) {
      const shrunk_schedule least = shrink(body_, options_, f.schedule, f.property);
      add_shrinking(least.spent);
      if (least.nondeterminism) {
        result_.complete = false;
        result_.misuse = "while a violation of " + f.property + " was shrunk, " +
                         *least.nondeterminism + causes_of_nondeterminism;
        return;
      }
      again = run_again(least.schedule, f.property);
    }
    if (!again.violated) {
      result_.complete = false;
      const std::optional<std::string>& why = again.refused ? again.refused : again.misuse;
      result_.misuse = "a violation of " + f.property +
                       " did not come back when its schedule was run again" +
                       (why ? ": " + *why : std::string(causes_of_nondeterminism));
      return;
    }
    again.trace.found_execution = f.number;
    again.trace.found_steps = f.schedule.size();
    if (!timed) {
      const passing_search passes = find_nearest_passing(body_, options_, again.trace);
      add_shrinking(passes.spent);
      again.trace.nearest_passing = passes.found;
    }
    property_verdict& decided = verdict_of(f.property);
    decided.verdict = conclusion::violated;
    decided.message = again.trace.message;
    decided.counterexample = std::move(again.trace);
  }

  replay_result run_again(const schedule& wanted, const std::string& property) {
    replay_result again = replay(body_, options_, wanted, {}, property);
    add_shrinking({.executions = 1, .steps = again.trace.steps.size()});
    return again;
  }

  void add_shrinking(const effort& more) {
    result_.stats.shrinking.executions += more.executions;
    result_.stats.shrinking.steps += more.steps;
  }

  property_verdict& verdict_of(const std::string& property) {
    for (property_verdict& p : result_.properties) {
      if (p.property == property) return p;
    }
    return result_.properties.emplace_back(property_verdict{property, {}, {}, {}});
  }

  void give_verdicts() {
    for (property_verdict& p : result_.properties) {
      if (result_.misuse) {
        p = {p.property, conclusion::misuse, *result_.misuse, std::nullopt};
      } else if (p.verdict != conclusion::violated) {
        p.verdict = verdict_of_the_rest();
      }
    }
  }

  conclusion verdict_of_the_rest() const {
    if (result_.complete) return conclusion::holds;
    if (strategy_row_of(options_.strategy).samples) return conclusion::sampled;
    if (result_.bound_hit == bound_kind::preemptions) return conclusion::holds_within_bound;
    if (result_.bound_hit == bound_kind::executions && options_.executions_are_a_declared_bound) {
      return conclusion::holds_within_bound;
    }
    return conclusion::inconclusive;
  }

  const program& body_;
  const explore_options& options_;
  search_result result_;
};

}  // namespace

search_result explore(const program& body, const explore_options& options) {
  refuse_within_a_body();
  return explorer(body, options).explore();
}

}  // namespace norn
