#include <norn/scheduler/explore/workers.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

#include <norn/scheduler/explore/nondeterminism.hpp>
#include <norn/scheduler/explore/replay_schedule.hpp>
#include <norn/scheduler/explore/runner_settings.hpp>

namespace norn::engine {

namespace {

// Executions between two looks of the other workers at what they have in common.
constexpr std::uint64_t report_every = 32;

runner::settings settings_with(const explore_options& options, thread_names* names) {
  runner::settings s = runner_settings(options);
  s.names = names;
  return s;
}

// A runner knows no names while it only explores: the execution is run once more for them.
std::string named_misuse(const program& body, const explore_options& options, const runner& r,
                         const execution& done) {
  const replay_result again = replay(body, options, r.threads().by_creation(done), {}, {});
  return again.misuse.value_or(r.misuse());
}

// Returns the number of the execution, counted from 1. A repeated one has that of the execution which it repeats, one
// that does not count that of the next.
std::uint64_t count(statistics& stats, const execution& done, execution_kind kind) {
  const std::uint64_t number = stats.executions + (kind == execution_kind::repeated ? 0 : 1);
  if (kind == execution_kind::probe || kind == execution_kind::repeated) {
    ++stats.probes;
    stats.probe_steps += done.size();
    return number;
  }
  stats.steps += done.size();
  stats.met_groups = stats.met_groups || done.has_groups();
  if (kind == execution_kind::redundant || done.outcome() == outcome::cut_off) {
    ++stats.blocked;
  } else if (done.outcome() == outcome::too_deep) {
    ++stats.too_deep;
  } else {
    ++stats.executions;
  }
  return number;
}

bool is_found(const std::vector<finding>& found, const std::string& property) {
  return std::any_of(found.begin(), found.end(),
                     [&](const finding& f) { return f.property == property; });
}

}  // namespace

workers::worker::worker(const explore_options& options, thread_names* names)
    : made_strategy(strategy_row_of(options.strategy).make(options)),
      runs(settings_with(options, names)),
      guard(runs, options.name, options.limits.depth) {}

workers::workers(const program& body, const explore_options& options)
    : body_(body),
      options_(options),
      began_(steady::now()),
      names_(options.from == nullptr ? thread_names().paths() : options.from->threads),
      looked_(began_),
      saved_(began_) {
  if (options.from == nullptr) return;
  known_.extra_accesses.insert(options.from->extra_accesses.begin(),
                               options.from->extra_accesses.end());
  known_.observed.insert(options.from->observed.begin(), options.from->observed.end());
  partition_ = partition(options.from->segments);
}

summary workers::search() {
  run_pass();
  while (summary_.starts_over != nullptr && bound_hit_ == bound_kind::none) {
    begin_again();
    run_pass();
  }
  return bound_hit_ == bound_kind::none ? summary_ : partition_.so_far();
}

saved_search workers::saved() {
  saved_search all;
  all.segments = partition_.recorded();
  all.threads = names_.paths();
  all.extra_accesses.assign(known_.extra_accesses.begin(), known_.extra_accesses.end());
  all.observed.assign(known_.observed.begin(), known_.observed.end());
  std::sort(all.observed.begin(), all.observed.end());
  return all;
}

// --- a pass ---

void workers::run_pass() {
  work(true);
  for (std::thread& each : others_) each.join();
  others_.clear();
  if (failed_) std::rethrow_exception(failed_);
}

// What was found out first, in the order of a single worker, all of them know from now on.
void workers::begin_again() {
  const knowledge& more = found_out_.at(summary_.starts_over);
  add(known_, more);
  if (more.misnumbered) {
    names_.renumber();
    known_.observed.clear();  // objects are named after threads
  }
  found_out_.clear();
  partition_ = {};
  summary_ = {};
  over_ = false;
}

void workers::add(knowledge& to, const knowledge& more) {
  to.extra_accesses.insert(more.extra_accesses.begin(), more.extra_accesses.end());
  for (const auto& [name, observers] : more.observed) to.observed[name] |= observers;
}

workers::knowledge workers::known_to(const worker& w) {
  knowledge all;
  if (w.exhausts != nullptr) all.extra_accesses = w.exhausts->kinds_with_extra_accesses();
  all.observed = w.runs.observed();
  all.misnumbered = w.runs.misnumbered();
  return all;
}

std::unique_ptr<workers::worker> workers::hire() {
  const bool numbered = !strategy_row_of(options_.strategy).samples;
  auto fresh = std::make_unique<worker>(options_, numbered ? &names_ : nullptr);
  const std::scoped_lock lock(mutex_);
  if (fresh->exhausts != nullptr) fresh->exhausts->learn(known_.extra_accesses);
  fresh->runs.learn(known_.observed);
  return fresh;
}

// Where the system gives no thread, those that are there do it.
void workers::call_others() {
  try {
    while (!no_more_workers_ && others_.size() + 1 < most_workers()) {
      others_.emplace_back([this] { work(false); });
    }
  } catch (const std::system_error&) {
    no_more_workers_ = true;
  }
}

// Where a bound on executions ends a search is a place in the order of a single worker. A search within a bound
// on preemptions remembers what it has come to, and is not cut into parts that know nothing of one another.
std::size_t workers::most_workers() const {
  const bool divisible =
      strategy_row_of(options_.strategy).divides && options_.limits.executions == 0;
  return divisible ? options_.jobs : 1;
}

// --- what each worker does ---

void workers::work(bool leads) {
  try {
    std::unique_ptr<worker> w;
    std::vector<work_item> items;
    while (segment* const s = next_segment(items, leads)) {
      if (w == nullptr) w = hire();
      if (w->divides != nullptr) w->divides->take(std::move(items));
      if (!go_through(*w, *s, leads)) w.reset();
    }
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    if (!failed_) failed_ = std::current_exception();
    end();
  }
}

// Waits until there is one; null when the pass is over.
segment* workers::next_segment(std::vector<work_item>& items, bool leads) {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (segment* const s = partition_.take()) {
      items = std::exchange(s->items, {});
      wanted_ = idle_ != 0 && !partition_.has_waiting();
      return s;
    }
    ++idle_;
    wanted_ = true;
    constexpr std::chrono::milliseconds moment{20};
    changed_.wait_for(lock, moment);
    --idle_;
    if (leads) look_around(nullptr);
  }
  return nullptr;
}

bool workers::go_through(worker& w, segment& s, bool leads) {
  statistics mine = s.stats;
  w.runs.forget_declared();
  while (!over_.load(std::memory_order_relaxed) && w.chooses->begin_execution()) {
    const execution& done = w.runs.run(body_, *w.chooses);
    const insight learnt = learn(w, done);
    if (!goes_on_after(learnt, w, s, mine)) return false;
    note(w, done, learnt.kind, s, mine);
    report(w, s, mine, leads);
  }
  end_segment(w, s, mine);
  return true;
}

// What the execution has shown, to the runner first.
workers::insight workers::learn(worker& w, const execution& done) {
  if (!w.runs.misuse().empty()) return {.misuse = named_misuse(body_, options_, w.runs, done)};
  if (const auto& d = w.runs.diverged()) return {.misuse = describe_as_misuse(*d)};
  if (w.runs.observed_more() || w.runs.misnumbered()) return {.kind = execution_kind::start_over};
  const execution_kind kind = w.chooses->end_execution(done);
  if (const auto d = w.chooses->diverged()) return {.misuse = describe_as_misuse(*d)};
  return {.kind = kind};
}

// Otherwise the segment is finished.
bool workers::goes_on_after(const insight& learnt, const worker& w, segment& s,
                            const statistics& mine) {
  if (learnt.misuse) {
    end_in_misuse(w, s, mine, *learnt.misuse);
  } else if (learnt.kind == execution_kind::start_over) {
    start_over(w, s, mine);
  } else {
    return true;
  }
  return false;
}

// What a probe comes across belongs to an execution, which comes across it, too.
void workers::note(worker& w, const execution& done, execution_kind kind, segment& s,
                   statistics& mine) {
  const std::uint64_t number = count(mine, done, kind);
  if (w.runs.violations().empty()) return;
  if (kind == execution_kind::probe) {
    w.exhausts->share_nothing();
  } else {
    note_violations(w, done, s, mine, number);
  }
}

// Nothing is left of the segment, or the pass is over.
void workers::end_segment(worker& w, segment& s, const statistics& mine) {
  const std::scoped_lock lock(mutex_);
  publish(w, s, mine);
  record(w, s, mine);
  if (over_) return;
  partition_.finish(s);
  consider_end();
  note_coverage(*w.chooses);
}

// What was taken for independent was not, or threads are to be numbered anew.
void workers::start_over(const worker& w, segment& s, const statistics& mine) {
  const std::scoped_lock lock(mutex_);
  publish(w, s, mine);
  if (over_) return;
  found_out_[&s] = known_to(w);
  s.starts_over = true;
  partition_.finish(s);
  consider_end();
}

void workers::end_in_misuse(const worker& w, segment& s, const statistics& mine,
                            std::string misuse) {
  const std::scoped_lock lock(mutex_);
  publish(w, s, mine);
  if (over_) return;
  s.misuse = std::move(misuse);
  partition_.finish(s);
  consider_end();
}

void workers::note_violations(const worker& w, const execution& done, segment& s,
                              const statistics& mine, std::uint64_t number) {
  for (const violation& v : w.runs.violations()) {
    if (is_found(s.findings, v.property)) continue;
    schedule steps = w.runs.threads().by_creation(done);
    steps.resize(std::min(steps.size(), v.step));
    const std::scoped_lock lock(mutex_);
    publish(w, s, mine);
    s.findings.push_back({v.property, std::move(steps), number, mine, s.faults});
    consider_end();
  }
}

void workers::give(worker& w, segment& s, const statistics& mine) {
  if (w.divides == nullptr || !w.divides->settle()) return;
  std::vector<work_item> items = w.divides->give();
  if (items.empty()) return;
  const std::scoped_lock lock(mutex_);
  record(w, s, mine);
  partition_.cut_off(s, std::move(items));
  wanted_ = false;
  changed_.notify_one();
}

void workers::report(worker& w, segment& s, const statistics& mine, bool leads) {
  if (wanted_.load(std::memory_order_relaxed)) give(w, s, mine);
  const bool ticked = w.recorded != tick_.load(std::memory_order_relaxed);
  const bool used_up =
      options_.limits.executions != 0 && mine.executions >= options_.limits.executions;
  const bool looks = leads && (used_up || is_interrupted() || ++since_clock_ >= clock_every_);
  if (!looks && !ticked && mine.executions % report_every != 0) return;
  const std::scoped_lock lock(mutex_);
  s.stats = mine;
  if (ticked) record(w, s, mine);
  if (used_up && !over_) {
    bound_hit_ = bound_kind::executions;
    end();
  }
  if (looks) look_around(&w);
}

// --- under the lock ---

void workers::publish(const worker& w, segment& s, const statistics& mine) {
  s.stats = mine;
  engine::add(s.faults, {w.runs.faults().begin(), w.runs.faults().end()});
  engine::add(s.ghosts, w.runs.ghosts());
}

// What is left of the segment. While children are still being looked for, what was left before holds.
void workers::record(worker& w, segment& s, const statistics& mine) {
  if (!options_.save || w.divides == nullptr || !w.divides->settle()) return;
  w.recorded = tick_;
  if (others_.empty()) add(known_, known_to(w));
  publish(w, s, mine);
  s.last = {w.divides->items(), mine, s.faults, s.ghosts, s.findings.size()};
}

void workers::save() {
  ++tick_;
  options_.save(saved());
}

void workers::end() {
  over_ = true;
  changed_.notify_all();
}

void workers::consider_end() {
  if (over_) return;
  summary_ = partition_.in_order([this](const auto& found) { return decided(found); });
  if (summary_.decided) end();
}

// Nothing was left to it.
void workers::note_coverage(const strategy& ended) {
  const search_coverage covered = ended.coverage();
  if (!covered.every_trace) bound_hit_ = bound_kind::preemptions;
  gave_way_ = covered.gave_way;
}

bool workers::decided(const std::vector<finding>& found) const {
  if (options_.stop_at_first_violation) return !found.empty();
  return !options_.properties.empty() &&
         std::all_of(options_.properties.begin(), options_.properties.end(),
                     [&](const std::string& p) { return is_found(found, p); });
}

bool workers::is_interrupted() const {
  return options_.interrupted != nullptr && options_.interrupted->load(std::memory_order_relaxed);
}

void workers::look_around(const worker* leader) {
  if (over_) return;
  const auto now = steady::now();
  look_again_after(now - looked_);
  looked_ = now;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  if (is_interrupted()) bound_hit_ = bound_kind::interrupted;
  if (options_.limits.time_seconds != 0 && seconds >= options_.limits.time_seconds) {
    bound_hit_ = bound_kind::time;
  }
  if (bound_hit_ != bound_kind::none) return end();
  if (now - began_ >= options_.alone) {
    // Until now there was one worker, and what it knows it has learnt without having to start over.
    if (others_.empty() && leader != nullptr) add(known_, known_to(*leader));
    call_others();
  }
  if (options_.save && now - saved_ >= options_.save_every) {
    saved_ = now;
    save();
  }
  constexpr std::chrono::milliseconds between_reports{100};
  if (options_.progress && now - reported_ >= between_reports) {
    reported_ = now;
    statistics stats = partition_.so_far().stats;
    stats.seconds = seconds;
    options_.progress(stats);
  }
}

// Reading the clock may cost as much as an execution: it is read once in many of them, but often enough
// where each takes long.
void workers::look_again_after(steady::duration since_last_look) {
  constexpr std::uint64_t rarest = 64;
  constexpr std::chrono::milliseconds long_enough{10};
  since_clock_ = 0;
  clock_every_ = since_last_look > long_enough ? std::max<std::uint64_t>(clock_every_ / 2, 1)
                                               : std::min(clock_every_ * 2, rarest);
}

}  // namespace norn::engine
