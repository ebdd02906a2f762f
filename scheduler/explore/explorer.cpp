#include <norn/scheduler/explore/explorer.hpp>

#include <algorithm>
#include <chrono>
#include <memory>

#include <norn/scheduler/explore/narrate.hpp>
#include <norn/scheduler/explore/nearest_passing.hpp>
#include <norn/scheduler/explore/runner_settings.hpp>
#include <norn/scheduler/explore/shrink.hpp>
#include <norn/scheduler/explore/waits.hpp>
#include <norn/scheduler/explore/watch.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/scheduler/strategy/random_walk.hpp>
#include <norn/scheduler/strategy/replay.hpp>

namespace norn {

namespace {

using steady = std::chrono::steady_clock;

std::unique_ptr<strategy> make_strategy(const explore_options& options) {
  if (options.strategy == strategy_kind::random) return std::make_unique<random_walk>(options.seed);
  return std::make_unique<exhaustive>();
}

const char* name_of(strategy_kind kind) {
  return kind == strategy_kind::random ? "random" : "exhaustive";
}

std::string describe(const divergence& d) {
  return "step " + std::to_string(d.step + 1) + ": expected " + d.expected + ", came " + d.came;
}

constexpr const char* causes_of_nondeterminism =
    "\n  the program did not do the same under the same schedule. Likely causes: time or random "
    "numbers read outside the model, addresses compared or hashed, state kept from one execution "
    "to "
    "the next (a static or global variable), input read from outside.\n  make the body depend on "
    "nothing but the model; use norn::choose for data that is open.";

class explorer {
 public:
  explorer(const program& body, const explore_options& options)
      : body_(body),
        options_(options),
        strategy_(make_strategy(options)),
        runner_(runner_settings(options)),
        began_(steady::now()) {
    for (const std::string& p : options.properties) result_.properties.push_back({p, {}, {}, {}});
    result_.limits = options.limits;
    result_.strategy = name_of(options.strategy);
  }

  search_result explore() {
    const watch guard(runner_, options_.name, options_.limits.depth);
    while (strategy_->begin_execution()) {
      const execution& done = runner_.run(body_, *strategy_);
      if (test_is_wrong()) return conclude();
      if (runner_.observed_more()) {
        strategy_->restart();
        forget();
        continue;
      }
      const lesson learnt = strategy_->end_execution(done);
      if (strategy_->diverged()) {
        result_.misuse = describe(*strategy_->diverged()) + causes_of_nondeterminism;
        return conclude();
      }
      if (learnt == lesson::start_over) {
        forget();
        continue;
      }
      count(done, learnt);
      learn(done);
      if (result_.misuse || decided()) return conclude();
      result_.bound_hit = bound_reached();
      if (result_.bound_hit != bound_kind::none) return conclude();
    }
    result_.complete = strategy_->exhaustive_search() && result_.stats.too_deep == 0;
    if (result_.stats.too_deep != 0) result_.bound_hit = bound_kind::depth;
    if (result_.complete) result_.misuse = faults_in_vain();
    return conclude();
  }

 private:
  bool test_is_wrong() {
    if (runner_.diverged()) {
      result_.misuse = describe(*runner_.diverged()) + causes_of_nondeterminism;
    }
    if (!runner_.misuse().empty()) result_.misuse = runner_.misuse();
    return result_.misuse.has_value();
  }

  std::optional<std::string> faults_in_vain() const {
    std::string names;
    for (const declared_fault& f : runner_.faults()) {
      if (!f.struck) names += (names.empty() ? "" : ", ") + f.name;
    }
    if (names.empty()) return std::nullopt;
    return "declared faults struck in no execution: " + names +
           "\n  the search is complete, so they never can: declare them before the threads start "
           "that "
           "they are to hit and cease after these have ended, or leave them out.";
  }

  void sum_up_faults() {
    for (const declared_fault& f : runner_.faults()) {
      const auto known = std::find_if(result_.faults.begin(), result_.faults.end(),
                                      [&](const fault_budget& b) { return b.kind == f.kind; });
      if (known == result_.faults.end()) {
        result_.faults.push_back({f.kind, f.budget});
      } else {
        known->budget += f.budget;
      }
    }
  }

  // What was taken for independent was not: the search starts over, and counts anew.
  void forget() {
    const double seconds = result_.stats.seconds;
    result_.stats = statistics{};
    result_.stats.seconds = seconds;
  }

  void count(const execution& done, lesson learnt) {
    last_counts_ = false;
    statistics& stats = result_.stats;
    stats.steps += done.size();
    if (learnt == lesson::probe) {
      ++stats.probes;
    } else if (done.outcome() == outcome::cut_off) {
      ++stats.blocked;
    } else if (done.outcome() == outcome::too_deep) {
      ++stats.too_deep;
    } else {
      ++stats.executions;
      last_counts_ = true;
    }
  }

  void learn(const execution& done) {
    for (const violation& v : runner_.violations()) {
      if (!is_new(v.property)) continue;
      const std::uint64_t number = result_.stats.executions + (last_counts_ ? 0 : 1);
      schedule found = runner_.by_creation(done);
      found.resize(std::min(found.size(), v.step));
      confirm(v.property, found, number);
      if (result_.misuse) return;
    }
  }

  bool is_new(std::string_view property) const {
    return std::none_of(result_.properties.begin(), result_.properties.end(), [&](const auto& p) {
      return p.property == property && p.verdict == conclusion::violated;
    });
  }

  // Each first violation is run once more before it is believed. Then it is made as short as can be, and run
  // for the reader.
  void confirm(const std::string& property, const schedule& found, std::uint64_t execution_number) {
    replay_result again = replay(body_, options_, found, {}, property);
    if (again.violated) {
      again = replay(body_, options_, shrink(body_, options_, found, property), {}, property);
    }
    if (!again.violated) {
      const std::optional<std::string>& why = again.refused ? again.refused : again.misuse;
      result_.misuse = "a violation of " + property +
                       " did not come back when its schedule was run again" +
                       (why ? ": " + *why : std::string(causes_of_nondeterminism));
      return;
    }
    again.trace.found_execution = execution_number;
    again.trace.found_steps = found.size();
    again.trace.nearest_passing = find_nearest_passing(body_, options_, again.trace);
    auto place = std::find_if(result_.properties.begin(), result_.properties.end(),
                              [&](const auto& p) { return p.property == property; });
    if (place == result_.properties.end()) {
      result_.properties.push_back({property, {}, {}, {}});
      place = result_.properties.end() - 1;
    }
    place->verdict = conclusion::violated;
    place->message = again.trace.message;
    place->counterexample = std::move(again.trace);
  }

  bool decided() const {
    const auto violated = [](const property_verdict& p) {
      return p.verdict == conclusion::violated;
    };
    if (options_.stop_at_first_violation) {
      return std::any_of(result_.properties.begin(), result_.properties.end(), violated);
    }
    return !result_.properties.empty() &&
           std::all_of(result_.properties.begin(), result_.properties.end(), violated);
  }

  bound_kind bound_reached() {
    statistics& stats = result_.stats;
    if (options_.limits.executions != 0 && stats.executions >= options_.limits.executions) {
      return bound_kind::executions;
    }
    if (options_.interrupted != nullptr && options_.interrupted->load(std::memory_order_relaxed)) {
      return bound_kind::interrupted;
    }
    if (++since_clock_ < clock_every_) return bound_kind::none;
    const auto now = steady::now();
    look_again_after(now - looked_);
    looked_ = now;
    stats.seconds = std::chrono::duration<double>(now - began_).count();
    if (options_.limits.time_seconds != 0 && stats.seconds >= options_.limits.time_seconds) {
      return bound_kind::time;
    }
    constexpr std::chrono::milliseconds between_reports{100};
    if (options_.progress && now - reported_ >= between_reports) {
      reported_ = now;
      options_.progress(stats);
    }
    return bound_kind::none;
  }

  // Reading the clock may cost as much as an execution: it is read once in many of them, but often
  // enough where each takes long.
  void look_again_after(steady::duration since_last_look) {
    constexpr std::uint64_t rarest = 64;
    constexpr std::chrono::milliseconds long_enough{10};
    since_clock_ = 0;
    clock_every_ = since_last_look > long_enough ? std::max<std::uint64_t>(clock_every_ / 2, 1)
                                                 : std::min(clock_every_ * 2, rarest);
  }

  search_result conclude() {
    result_.stats.seconds = std::chrono::duration<double>(steady::now() - began_).count();
    sum_up_faults();
    for (property_verdict& p : result_.properties) {
      if (result_.misuse) {
        p = {p.property, conclusion::misuse, *result_.misuse, std::nullopt};
      } else if (p.verdict != conclusion::violated) {
        p.verdict = verdict_of_the_rest();
      }
    }
    return std::move(result_);
  }

  conclusion verdict_of_the_rest() const {
    if (result_.complete) return conclusion::holds;
    if (options_.strategy == strategy_kind::random) return conclusion::sampled;
    if (result_.bound_hit == bound_kind::executions && options_.executions_are_a_declared_bound) {
      return conclusion::holds_within_bound;
    }
    return conclusion::inconclusive;
  }

  const program& body_;
  const explore_options& options_;
  std::unique_ptr<strategy> strategy_;
  runner runner_;
  steady::time_point began_;
  steady::time_point reported_{};
  steady::time_point looked_ = began_;
  std::uint64_t since_clock_ = 0;
  std::uint64_t clock_every_ = 1;  // executions from one look at the clock to the next
  bool last_counts_ = false;
  search_result result_;
};

}  // namespace

namespace {

// One search at a time on a thread of the operating system: the threads of the model are its fibers.
void refuse_within_a_body() {
  runner* const searching = runner::current();
  if (searching == nullptr) return;
  const std::string message =
      "a search or a replay is started inside the body of a check, and would run within its "
      "execution\n  make it a check of its own, or start it outside every body.";
  searching->report_misuse(message);
  searching->halt("no_search_within_a_body", message);
}

}  // namespace

search_result explore(const program& body, const explore_options& options) {
  refuse_within_a_body();
  return explorer(body, options).explore();
}

namespace {

// What came at a step: "store total, of adder/0".
std::string operation_at(const counterexample& trace, std::size_t number) {
  const trace_step& s = trace.steps[number - 1];
  return s.operation + (s.object.empty() ? "" : " " + s.object) + ", of " + s.thread;
}

std::string describe(const step_range& part, const counterexample& trace) {
  const std::string first = std::to_string(part.first);
  if (part.first == part.last) {
    return "step " + first + ": expected another operation or object, came " +
           operation_at(trace, part.first);
  }
  return "one of the steps " + first + " to " + std::to_string(part.last) +
         ": expected another operation or object; these begin with " +
         operation_at(trace, part.first);
}

// The first misfit. The schedule's own steps may go on to fit for a while after it.
std::optional<std::string> misfit(const replay_strategy& follows, const fingerprint& recorded,
                                  const schedule& wanted, const counterexample& came) {
  if (const auto part = parting(recorded, wanted.size(), came.schedule)) {
    return describe(*part, came);
  }
  if (const auto d = follows.diverged()) return describe(*d);
  return std::nullopt;
}

// Of a deadlock, who waits for whom: the runner knows no names while it only explores.
std::string message_of(const violation& v, const runner& r, const execution& done) {
  if (v.property != "no_deadlock") return v.message;
  const std::string circle = circle_text(r, waits_of(r, done));
  return v.message + (circle.empty() ? "" : ": " + circle);
}

}  // namespace

replay_result replay(const program& body, const explore_options& options, const schedule& wanted,
                     const fingerprint& recorded, std::string_view property, std::size_t break_at) {
  refuse_within_a_body();
  runner::settings settings = runner_settings(options);
  settings.narrate = true;
  settings.break_at = break_at;
  settings.depth =
      std::max<std::uint32_t>(settings.depth, static_cast<std::uint32_t>(wanted.size()));
  runner r(settings);
  const watch guard(r, options.name, settings.depth);
  replay_strategy follows(wanted);
  follows.begin_execution();
  const execution& done = r.run(body, follows);
  // Misuse ends an execution before its schedule does.
  if (r.misuse().empty()) follows.end_execution(done);

  replay_result result;
  result.trace = narrate(r, done);
  result.refused = misfit(follows, recorded, wanted, result.trace);
  if (result.refused) return result;
  if (!r.misuse().empty()) {
    result.misuse = r.misuse();
    return result;
  }
  for (const violation& v : r.violations()) {
    if (result.violated || (!property.empty() && v.property != property)) continue;
    result.violated = true;
    result.trace.property = v.property;
    result.trace.message = message_of(v, r, done);
  }
  return result;
}

}  // namespace norn
