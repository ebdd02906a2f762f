// `norn check`: each search runs once and decides its checks; a line for each, the traces that a
// person needs, a summary.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include <norn/cli/checkpoint.hpp>
#include <norn/cli/commands.hpp>
#include <norn/cli/interrupt.hpp>
#include <norn/cli/output.hpp>
#include <norn/cli/progress.hpp>
#include <norn/cli/selection.hpp>
#include <norn/report/display.hpp>
#include <norn/report/failure.hpp>
#include <norn/report/json.hpp>
#include <norn/report/junit.hpp>
#include <norn/report/verdict_table.hpp>
#include <norn/scheduler/base/bad_input.hpp>

namespace norn {

using namespace engine;

namespace {

// Up to so many checks, violations that were expected show their traces too.
constexpr std::size_t checks_with_traces = 8;

std::size_t every_core() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_jobs);
}

class check_run {
 public:
  check_run(const check_request& request, const presentation& shown);
  exit_code run();

 private:
  check_run(const check_request& request, const presentation& shown,
            const std::optional<checkpoint>& went);
  void keep_checkpoint(const std::optional<checkpoint>& went);
  void refuse_if_not_exhaustive(const selected_search& s, const said& checkpoint);
  bool goes_on() const;
  void search(const selected_search& s);
  void leave_undecided(const selected_search& s);
  check_result row_of(const selected_search& s, const search_result& found,
                      const property_verdict& decided, const kit::expectation& expected) const;
  explore_options options_of(const selected_search& s);
  void add_rows(const selected_search& s, const search_result& found);
  void show(std::size_t first_row);
  void show_row(const check_result& r);
  bool shows_trace_of(const check_result& r) const;
  void finish();
  exit_code code() const;

  check_request request_;  // with what is taken over from a checkpoint
  const presentation& shown_;
  std::vector<selected_search> selected_;
  std::size_t checks_ = 0;
  std::size_t done_ = 0;
  std::size_t name_width_ = 0;
  std::optional<output> json_;
  std::optional<output> junit_;
  std::optional<checkpoint_writer> checkpoint_;
  // With `--json -` standard output belongs to the JSON, and text goes beside it.
  std::FILE* text_ = stdout;
  bool color_ = false;
  std::optional<progress> progress_;
  interrupt_guard interrupt_;
  std::vector<check_result> results_;
};

std::optional<checkpoint> resumed(const check_request& request) {
  if (!request.resume) return std::nullopt;
  return read_checkpoint(request.resume->value, request.resume->source);
}

template <class T>
void take_over(std::optional<T>& said, const std::optional<T>& had, const std::string& option,
               const std::string& resume) {
  if (said && said != had) {
    throw bad_input(fmt::format(
        "{}: the run had {}, and now it has {} {}\n  leave that out, or begin anew without {}",
        resume, had ? fmt::format("{} {}", option, *had) : "no " + option, option, *said, resume));
  }
  said = had;
}

// What is not said is as it was.
check_request gone_on(check_request request, const checkpoint& went) {
  const std::string& source = request.resume->source;
  take_over(request.search.executions, went.subject.executions, "--executions", source);
  take_over(request.search.depth, went.subject.depth, "--depth", source);
  if (request.patterns.empty()) request.patterns = went.subject.patterns;
  return request;
}

progress::mode progress_mode(bool quiet) {
  if (quiet) return progress::mode::silent;
  return moves_cursor(stderr) ? progress::mode::live : progress::mode::lines;
}

std::optional<output> opened(const std::optional<said>& file, const std::string& name) {
  if (!file) return std::nullopt;
  return output(file->value, file->source == name ? name : file->source);
}

check_run::check_run(const check_request& request, const presentation& shown)
    : check_run(request, shown, resumed(request)) {}

check_run::check_run(const check_request& request, const presentation& shown,
                     const std::optional<checkpoint>& went)
    : request_(went ? gone_on(request, *went) : request),
      shown_(shown),
      selected_(select(kit::registered_searches(), request_.patterns)),
      json_(opened(request.json, "--json")),
      junit_(opened(request.junit, "--junit")) {
  if (junit_ && junit_->is_standard_output()) {
    throw bad_input(request.junit->source + " takes a file, not `-`; --json alone can take it");
  }
  if (json_ && json_->is_standard_output()) text_ = stderr;
  keep_checkpoint(went);
  color_ = wants_color(shown.color, text_);
  progress_.emplace(stderr, progress_mode(request.quiet));
  for (const selected_search& s : selected_) {
    checks_ += s.checks.size();
    for (const kit::expectation& e : s.checks) {
      name_width_ = std::max(name_width_, display_width(printable(check_name(*s.search, e))));
    }
  }
}

// What other strategies have left to do is not kept; a search that declares one begins anew.
void check_run::refuse_if_not_exhaustive(const selected_search& s, const said& checkpoint) {
  const strategy_kind by = options_of(s).strategy;
  if (strategy_row_of(by).divides || by == s.search->strategy) return;
  throw bad_input(
      fmt::format("{} is for strategy exhaustive, and {} is searched by strategy {}, of which "
                  "nothing is kept\n  leave out the one or the other",
                  checkpoint.source, s.search->name(), name_of(by)));
}

void check_run::keep_checkpoint(const std::optional<checkpoint>& went) {
  const std::optional<said>& to = request_.checkpoint ? request_.checkpoint : request_.resume;
  if (!to) return;
  for (const selected_search& s : selected_) refuse_if_not_exhaustive(s, *to);
  if (to->value == "-") throw bad_input(to->source + " takes a file, not `-`");
  checkpoint begun;
  begun.subject = {request_.patterns, {}, request_.search.executions, request_.search.depth};
  for (const selected_search& s : selected_) {
    for (const kit::expectation& e : s.checks)
      begun.subject.checks.push_back(check_name(*s.search, e));
  }
  if (went) {
    if (went->subject.checks != begun.subject.checks) {
      throw bad_input(request_.resume->source +
                      ": the run had other checks than the patterns name now\n  leave the patterns "
                      "out, or begin anew");
    }
    begun.searches = went->searches;
  }
  checkpoint_.emplace(output(to->value, to->source), std::move(begun));
}

bool check_run::goes_on() const {
  if (request_.keep_going) return true;
  return std::none_of(results_.begin(), results_.end(), [](const check_result& r) {
    return standing_of(r) == standing::differs || standing_of(r) == standing::misused;
  });
}

explore_options check_run::options_of(const selected_search& s) {
  explore_options options;
  options.name = s.search->name();
  for (const kit::expectation& e : s.checks) options.properties.push_back(e.property);
  options.limits = s.search->limits;
  options.strategy = s.search->strategy;
  options.jobs = every_core();
  apply(request_.search, options);
  options.interrupted = &interrupt_.raised();
  const progress_state state{options.name, done_, checks_, options.limits};
  if (checkpoint_ && strategy_row_of(options.strategy).divides) {
    options.save = [this, name = options.name](const saved_search& as) {
      checkpoint_->save(name, as);
    };
    options.from = checkpoint_->begun(options.name);
  }
  options.progress = [this, state](const statistics& stats) { progress_->update(state, stats); };
  return options;
}

void check_run::search(const selected_search& s) {
  const std::size_t first_row = results_.size();
  add_rows(s, explore(s.search->body, options_of(s)));
  done_ += s.checks.size();
  show(first_row);
}

// What Ctrl-C left unsearched.
void check_run::leave_undecided(const selected_search& s) {
  search_result nothing;
  nothing.bound_hit = bound_kind::interrupted;
  for (const kit::expectation& e : s.checks) {
    results_.push_back(
        row_of(s, nothing, {e.property, conclusion::inconclusive, "", std::nullopt}, e));
  }
}

check_result check_run::row_of(const selected_search& s, const search_result& found,
                               const property_verdict& decided,
                               const kit::expectation& expected) const {
  check_result row;
  row.name = s.search->name() + ":" + decided.property;
  row.protocol = s.search->protocol;
  row.variant = s.search->variant;
  row.deployment = s.search->deployment;
  row.covers = s.search->covers;
  row.tags = expected.tags;
  row.expected = expected.verdict;
  row.decided = decided;
  if (row.decided.message.empty()) row.decided.message = found.misuse.value_or("");
  row.stats = found.stats;
  row.complete = found.complete;
  row.bound_hit = found.bound_hit;
  row.limits = found.limits;
  row.strategy = found.strategy;
  row.faults = found.faults;
  return row;
}

bool declares(const kit::declared_search& s, const std::string& property) {
  return std::any_of(s.expects.begin(), s.expects.end(),
                     [&](const kit::expectation& e) { return e.property == property; });
}

// The checks that were asked for; then what else was violated, which the search does not declare: a
// deadlock, a data race. A check that is declared and was not selected stays out.
void check_run::add_rows(const selected_search& s, const search_result& found) {
  for (const property_verdict& decided : found.properties) {
    const auto asked =
        std::find_if(s.checks.begin(), s.checks.end(),
                     [&](const kit::expectation& e) { return e.property == decided.property; });
    const bool undeclared = !declares(*s.search, decided.property);
    if (asked == s.checks.end() && !undeclared) continue;
    results_.push_back(
        row_of(s, found, decided, undeclared ? kit::expectation{decided.property} : *asked));
  }
}

bool check_run::shows_trace_of(const check_result& r) const {
  if (r.decided.verdict == conclusion::misuse) return true;
  if (r.decided.verdict != conclusion::violated) return false;
  if (standing_of(r) != standing::as_declared || request_.verbose) return true;
  return checks_ <= checks_with_traces && !request_.quiet;
}

void check_run::show_row(const check_result& r) {
  if (request_.quiet && standing_of(r) == standing::as_declared) return;
  print_to(text_, "{}", verdict_line(r, name_width_, color_));
  const auto token = replay_token(r);
  if (token && !shows_trace_of(r)) {
    print_to(text_, "           replay:  {} replay {}\n", shown_.program, shell_quoted(*token));
  }
  const bool missed = r.expected == conclusion::violated && standing_of(r) == standing::differs;
  if (missed) {
    print_to(text_,
             "           the search is complete and no execution violates it: either the variant "
             "is repaired,\n"
             "           or the check no longer reaches what broke it.\n");
  }
}

void check_run::show(std::size_t first_row) {
  progress_->clear();
  for (std::size_t i = first_row; i < results_.size(); ++i) {
    name_width_ = std::max(name_width_, display_width(printable(results_[i].name)));
  }
  for (std::size_t i = first_row; i < results_.size(); ++i) show_row(results_[i]);
  failure_style style;
  style.width = line_width(text_);
  style.color = color_;
  style.replay_command = shown_.program + " replay ";
  for (std::size_t i = first_row; i < results_.size(); ++i) {
    // Misuse is of the whole search: once is enough.
    const bool again = i > first_row && results_[i].decided.verdict == conclusion::misuse;
    if (!shows_trace_of(results_[i]) || again) continue;
    print_to(text_, "\n{}\n", failure_text(results_[i], style));
  }
  std::fflush(text_);
}

void check_run::finish() {
  if (json_) {
    const strategy_kind strategy = strategy_of(request_.search);
    json_->write(json_text(results_, {.strategy = std::string(name_of(strategy)),
                                      .jobs = request_.search.jobs.value_or(every_core()),
                                      .seed = request_.search.seed.value_or(1)}));
  }
  if (junit_) junit_->write(junit_text(results_, shown_.program + " replay "));
  print_to(text_, "{}", summary_text(results_, color_));
  if (done_ < checks_) {
    const char* why = interrupt_.raised() ? "interrupted" : "--no-keep-going";
    print_to(text_, "{} not searched: {}\n", counted(checks_ - done_, "check"), why);
  }
  if (checkpoint_ && interrupt_.raised()) {
    print_to(text_, "go on with:  {} check --resume {}\n", shown_.program,
             shell_quoted(checkpoint_->file()));
  }
  flush_standard_output();
}

exit_code check_run::code() const {
  const auto any = [&](standing wanted) {
    return std::any_of(results_.begin(), results_.end(),
                       [&](const check_result& r) { return standing_of(r) == wanted; });
  };
  if (interrupt_.raised()) return exit_code::interrupted;
  if (any(standing::misused)) return exit_code::misuse;
  if (any(standing::differs)) return exit_code::differs;
  if (any(standing::undecided) && request_.require_exhaustive) return exit_code::undecided;
  return exit_code::success;
}

exit_code check_run::run() {
  for (const selected_search& s : selected_) {
    if (interrupt_.raised()) {
      leave_undecided(s);
    } else if (goes_on()) {
      search(s);
    }
  }
  finish();
  return code();
}

}  // namespace

exit_code run_check(const check_request& request, const presentation& shown) {
  return check_run(request, shown).run();
}

}  // namespace norn
