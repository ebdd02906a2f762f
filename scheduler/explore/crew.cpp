#include <norn/scheduler/explore/crew.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/explore/nondeterminism.hpp>
#include <norn/scheduler/explore/runner_settings.hpp>
#include <norn/scheduler/explore/watch.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>
#include <norn/scheduler/strategy/random_walk.hpp>

namespace norn {

namespace {

// Executions between two looks of the other workers at what they have in common.
constexpr std::uint64_t report_every = 32;

std::unique_ptr<strategy> make_strategy(const explore_options& options) {
  if (options.strategy == strategy_kind::random) return std::make_unique<random_walk>(options.seed);
  return std::make_unique<exhaustive>();
}

runner::settings settings_with(const explore_options& options, thread_names* names) {
  runner::settings s = runner_settings(options);
  s.names = names;
  return s;
}

std::optional<std::string> misuse_of(const runner& r) {
  if (!r.misuse().empty()) return r.misuse();
  if (r.diverged()) return told_as_misuse(*r.diverged());
  return std::nullopt;
}

void count(statistics& stats, const execution& done, lesson learnt) {
  if (learnt == lesson::probe) {
    ++stats.probes;
    return;
  }
  stats.steps += done.size();
  if (done.outcome() == outcome::cut_off) {
    ++stats.blocked;
  } else if (done.outcome() == outcome::too_deep) {
    ++stats.too_deep;
  } else {
    ++stats.executions;
  }
}

bool is_found(const std::vector<finding>& found, const std::string& property) {
  return std::any_of(found.begin(), found.end(),
                     [&](const finding& f) { return f.property == property; });
}

// Several of one kind and name are told apart by their order.
void add_faults(std::vector<declared_fault>& to, const std::deque<declared_fault>& more) {
  std::vector<bool> matched(to.size(), false);
  for (const declared_fault& f : more) {
    std::size_t i = 0;
    while (i < matched.size() && (matched[i] || to[i].kind != f.kind || to[i].name != f.name)) ++i;
    if (i == matched.size()) {
      to.push_back(f);
    } else {
      matched[i] = true;
      to[i].struck = to[i].struck || f.struck;
    }
  }
}

}  // namespace

crew::worker::worker(const explore_options& options, thread_names* names, bool first)
    : chooses(make_strategy(options)), runs(settings_with(options, names)), leads(first) {}

crew::crew(const program& body, const explore_options& options)
    : body_(body), options_(options), began_(steady::now()), looked_(began_) {}

summary crew::search() {
  do {
    begin_pass();
    run_pass();
  } while (start_over_);
  return bound_hit_ == bound_kind::none ? summary_ : partition_.so_far();
}

std::vector<declared_fault> crew::faults() const {
  std::vector<declared_fault> all;
  for (const auto& each : workers_) add_faults(all, each->runs.faults());
  return all;
}

// --- a pass ---

// What one worker has learnt about the program all of them know from now on.
void crew::begin_pass() {
  std::vector<std::unique_ptr<worker>> before;
  if (std::exchange(misnumbered_, false)) {
    names_.renumber();
    before = std::exchange(workers_, {});
  }
  if (workers_.empty()) hire();
  for (const auto& each : workers_) {
    for (const auto& old : before) each->chooses->learn_from(*old->chooses);
    for (const auto& other : workers_) {
      each->chooses->learn_from(*other->chooses);
      each->runs.learn_from(other->runs);
    }
    each->chooses->restart();
  }
  partition_ = {};
  start_over_ = false;
  over_ = false;
}

void crew::run_pass() {
  work(*workers_.front());
  for (std::thread& each : others_) each.join();
  others_.clear();
  if (failed_) std::rethrow_exception(failed_);
}

crew::worker& crew::hire() {
  const bool numbered = options_.strategy == strategy_kind::exhaustive;
  return *workers_.emplace_back(
      std::make_unique<worker>(options_, numbered ? &names_ : nullptr, workers_.empty()));
}

void crew::call_others() {
  while (others_.size() + 1 < most_workers()) {
    const std::size_t number = others_.size() + 1;
    if (workers_.size() == number) {
      worker& fresh = hire();
      fresh.chooses->learn_from(*workers_.front()->chooses);
      fresh.runs.learn_from(workers_.front()->runs);
    }
    others_.emplace_back([this, &w = *workers_[number]] { work(w); });
  }
}

// Where a bound on executions ends a search is a place in the order of a single worker.
std::size_t crew::most_workers() const {
  const bool divisible =
      options_.strategy == strategy_kind::exhaustive && options_.limits.executions == 0;
  return divisible ? options_.jobs : 1;
}

// --- what each worker does ---

void crew::work(worker& w) {
  try {
    const watch guard(w.runs, options_.name, options_.limits.depth);
    while (segment* const s = next_segment(w)) go_through(w, *s);
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    if (!failed_) failed_ = std::current_exception();
    start_over_ = false;
    end();
  }
}

// Waits until there is one; null when the pass is over.
segment* crew::next_segment(worker& w) {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (segment* const s = partition_.take()) {
      w.chooses->take(std::move(s->items));
      wanted_ = idle_ != 0 && !partition_.has_waiting();
      return s;
    }
    ++idle_;
    wanted_ = true;
    constexpr std::chrono::milliseconds moment{20};
    changed_.wait_for(lock, moment);
    --idle_;
    if (w.leads) look_around();
  }
  return nullptr;
}

void crew::go_through(worker& w, segment& s) {
  statistics mine;
  while (!over_.load(std::memory_order_relaxed) && w.chooses->begin_execution()) {
    const execution& done = w.runs.run(body_, *w.chooses);
    if (const auto misuse = misuse_of(w.runs)) return end_in_misuse(s, mine, *misuse);
    if (w.runs.observed_more() || w.runs.misnumbered()) return start_over(w);
    const lesson learnt = w.chooses->end_execution(done);
    if (const auto d = w.chooses->diverged()) return end_in_misuse(s, mine, told_as_misuse(*d));
    if (learnt == lesson::start_over) return start_over(w);
    const std::uint64_t number = mine.executions + 1;
    count(mine, done, learnt);
    if (!w.runs.violations().empty()) note(w, done, s, mine, number);
    if (wanted_.load(std::memory_order_relaxed)) give(w, s);
    report(w, s, mine);
  }
  const std::scoped_lock lock(mutex_);
  s.stats = mine;
  if (over_) return;
  partition_.finish(s);
  consider_end();
}

// What was taken for independent was not, or threads are to be numbered anew.
void crew::start_over(const worker& w) {
  const std::scoped_lock lock(mutex_);
  misnumbered_ = misnumbered_ || w.runs.misnumbered();
  if (over_) return;
  start_over_ = true;
  end();
}

void crew::end_in_misuse(segment& s, const statistics& mine, std::string misuse) {
  const std::scoped_lock lock(mutex_);
  s.stats = mine;
  if (over_) return;
  s.misuse = std::move(misuse);
  partition_.finish(s);
  consider_end();
}

void crew::note(const worker& w, const execution& done, segment& s, const statistics& mine,
                std::uint64_t number) {
  for (const violation& v : w.runs.violations()) {
    if (is_found(s.findings, v.property)) continue;
    schedule steps = w.runs.by_creation(done);
    steps.resize(std::min(steps.size(), v.step));
    const std::scoped_lock lock(mutex_);
    s.findings.push_back({v.property, std::move(steps), number, mine});
    s.stats = mine;
    consider_end();
  }
}

void crew::give(worker& w, segment& s) {
  std::vector<work_item> items = w.chooses->give();
  if (items.empty()) return;
  const std::scoped_lock lock(mutex_);
  partition_.cut_off(s, std::move(items));
  wanted_ = false;
  changed_.notify_one();
}

void crew::report(const worker& w, segment& s, const statistics& mine) {
  if (w.leads) {
    const bool used_up =
        options_.limits.executions != 0 && mine.executions >= options_.limits.executions;
    if (!used_up && !is_interrupted() && ++since_clock_ < clock_every_) return;
    const std::scoped_lock lock(mutex_);
    s.stats = mine;
    if (used_up && !over_) {
      bound_hit_ = bound_kind::executions;
      end();
    }
    look_around();
  } else if (mine.executions % report_every == 0) {
    const std::scoped_lock lock(mutex_);
    s.stats = mine;
  }
}

// --- under the lock ---

void crew::end() {
  over_ = true;
  changed_.notify_all();
}

void crew::consider_end() {
  if (over_) return;
  summary_ = partition_.in_order([this](const auto& found) { return decided(found); });
  if (summary_.decided) end();
}

bool crew::decided(const std::vector<finding>& found) const {
  if (options_.stop_at_first_violation) return !found.empty();
  return !options_.properties.empty() &&
         std::all_of(options_.properties.begin(), options_.properties.end(),
                     [&](const std::string& p) { return is_found(found, p); });
}

bool crew::is_interrupted() const {
  return options_.interrupted != nullptr && options_.interrupted->load(std::memory_order_relaxed);
}

void crew::look_around() {
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
  if (now - began_ >= options_.alone) call_others();
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
void crew::look_again_after(steady::duration since_last_look) {
  constexpr std::uint64_t rarest = 64;
  constexpr std::chrono::milliseconds long_enough{10};
  since_clock_ = 0;
  clock_every_ = since_last_look > long_enough ? std::max<std::uint64_t>(clock_every_ / 2, 1)
                                               : std::min(clock_every_ * 2, rarest);
}

}  // namespace norn
