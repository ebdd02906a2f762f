// `norn replay`, `explain` and `report`: one schedule, run again and shown in three ways.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <variant>

#include <norn/cli/commands.hpp>
#include <norn/cli/input.hpp>
#include <norn/cli/output.hpp>
#include <norn/cli/selection.hpp>
#include <norn/report/display.hpp>
#include <norn/report/failure.hpp>
#include <norn/report/json.hpp>
#include <norn/report/mermaid.hpp>
#include <norn/scheduler/base/bad_input.hpp>
#include <norn/scheduler/explore/nearest_passing.hpp>
#include <norn/scheduler/explore/token.hpp>

namespace norn {

using namespace engine;

namespace {

std::string target_in(const std::string& file) {
  const std::optional<std::string> content = content_of(file);
  if (!content) {
    throw bad_input(fmt::format(
        "`{}` is neither a replay token (v1:<check name>:<base64url>) nor a file that can be "
        "read: {}",
        printable(file), std::strerror(errno)));
  }
  return *content;
}

// The only line of a text; all of it where it has more.
std::string only_line(const std::string& text) {
  const std::size_t end = text.find_first_of("\r\n");
  return text.find_first_not_of("\r\n", end) == std::string::npos ? text.substr(0, end) : text;
}

// A crash leaves a file that holds the token alone.
std::string token_in(const std::string& file) {
  const std::string content = target_in(file);
  if (looks_like_token(content)) return only_line(content);
  const auto read = counterexamples_in(content, printable(file));
  if (const auto* error = std::get_if<file_error>(&read)) throw bad_input(error->message);
  const auto& found = std::get<std::vector<stored_counterexample>>(read);
  if (found.size() == 1) return found.front().token;
  if (found.empty()) {
    throw bad_input(printable(file) + " holds no counterexample: there is nothing to replay");
  }
  std::string message = fmt::format(
      "{} holds {} counterexamples; give the token of one of them:", printable(file), found.size());
  for (const stored_counterexample& c : found) message += "\n  " + printable(c.token);
  throw bad_input(message);
}

token token_of(const std::string& target) {
  const auto decoded = decode(looks_like_token(target) ? target : token_in(target));
  if (const auto* error = std::get_if<token_error>(&decoded)) throw bad_input(error->message);
  return std::get<token>(decoded);
}

const kit::declared_search& search_for(const token& t) {
  const kit::declared_search* found = search_of(kit::registered_searches(), t.check);
  if (found != nullptr) return *found;
  throw bad_input(fmt::format(
      "the token is of {}, and this command has no such check{}\n"
      "  `list` shows every check; a token of a GoogleTest test (Suite.Name) is run by the "
      "executable of the test, with --norn_replay=TOKEN.",
      printable(t.check), did_you_mean(t.check, names_and_prefixes(kit::registered_searches()))));
}

// gdb, lldb and rr trace the process; without a tracer SIGTRAP only kills it.
bool is_traced() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("TracerPid:", 0) == 0) return std::stol(line.substr(10)) != 0;
  }
  return true;  // unknown: as the user says
}

void require_break(const replay_request& request, const token& t, const presentation& shown) {
  if (request.break_at == 0) return;
  if (request.break_at > t.schedule.size()) {
    throw bad_input(fmt::format("--break-at takes a step of the schedule, 1 to {}, not {}",
                                t.schedule.size(), request.break_at));
  }
  if (!is_traced()) {
    throw bad_input(
        fmt::format("--break-at stops in a debugger, and there is none: run\n"
                    "  gdb --args {} replay --break-at {} {}",
                    shown.program, request.break_at, shell_quoted(request.target)));
  }
}

struct replayed {
  check_result row;
  bool nondeterministic = false;
  std::optional<std::string> refused;
};

// A token that does not fit is refused in the same words each time; a program that differs from run
// to run is not.
bool differs_from_run_to_run(const kit::declared_search& s, const explore_options& options,
                             const token& t, const std::string& property,
                             const replay_result& first) {
  const replay_result again = replay(s.body, options, t.schedule, t.fingerprint, property);
  return again.refused != first.refused || again.trace.fingerprint != first.trace.fingerprint;
}

// `replay` runs the token's schedule and no other, for a debugger; who wants to understand it gets to know
// the nearest passing one, too.
enum class aim { run, understand };

replayed replay_of(const kit::declared_search& s, const token& t, aim what_for,
                   std::size_t break_at = 0) {
  explore_options options;
  options.name = s.name();
  options.limits = s.limits;
  options.strategy = s.strategy;
  if (t.depth > 0) options.limits.depth = t.depth;
  const std::string property = t.check == s.name() ? "" : t.check.substr(s.name().size() + 1);
  if (!property.empty()) options.properties = {property};

  const replay_result r = replay(s.body, options, t.schedule, t.fingerprint, property, break_at);
  replayed done;
  done.refused = r.refused;
  if (r.refused) {
    done.nondeterministic = differs_from_run_to_run(s, options, t, property, r);
    return done;
  }
  check_result& row = done.row;
  row.name = t.check;
  row.protocol = s.protocol;
  row.variant = s.variant;
  row.deployment = s.deployment;
  row.decided.property = property.empty() ? r.trace.property : property;
  row.decided.verdict = r.verdict();
  row.decided.message = r.misuse.value_or(r.trace.message);
  row.decided.counterexample = r.trace;
  if (r.violated && what_for == aim::understand) {
    row.decided.counterexample->nearest_passing =
        find_nearest_passing(s.body, options, r.trace).found;
  }
  for (const kit::expectation& e : s.expects) {
    if (e.property == row.decided.property) row.expected = e.verdict;
  }
  row.stats.executions = 1;
  row.stats.steps = r.trace.steps.size();
  row.limits = options.limits;
  row.limits.executions = 0;
  return done;
}

// Says why nothing is shown.
exit_code refuse(const replayed& r) {
  if (r.nondeterministic) {
    print_to(stderr,
             "misuse: the check is not deterministic: the same schedule went two ways.\n  {}\n",
             fmt::join(printable_lines(*r.refused), "\n  "));
    return exit_code::misuse;
  }
  throw bad_input(
      fmt::format("the token does not fit this check, and nothing else was run.\n  {}\n  {}",
                  fmt::join(printable_lines(*r.refused), "\n  "), causes_of_a_misfit()));
}

// A search's own token, as a crash leaves it, names no property: to run to its end is all it says.
exit_code reproduced(const replayed& r) {
  if (r.row.decided.verdict == conclusion::misuse) return exit_code::misuse;
  const bool names_property = r.row.name != r.row.search();
  if (r.row.decided.verdict == conclusion::violated || !names_property) return exit_code::success;
  print_to(stderr, "the schedule ran to its end, and {} is not violated any more.\n",
           printable(r.row.decided.property));
  return exit_code::differs;
}

replayed run_again(const replay_request& request, const presentation& shown, aim what_for) {
  const token t = token_of(request.target);
  const kit::declared_search& s = search_for(t);
  require_break(request, t, shown);
  return replay_of(s, t, what_for, request.break_at);
}

exit_code show(const replay_request& request, const presentation& shown, trace_detail detail) {
  const aim what_for = detail == trace_detail::full ? aim::understand : aim::run;
  const replayed r = run_again(request, shown, what_for);
  if (r.refused) return refuse(r);
  failure_style style;
  style.width = line_width(stdout);
  style.color = wants_color(shown.color, stdout);
  style.detail = detail;
  style.replay_command = shown.program + " replay ";
  style.exploration = false;
  print_to(stdout, "{}", failure_text(r.row, style));
  flush_standard_output();
  return reproduced(r);
}

std::optional<output> opened(const std::optional<std::string>& file, const std::string& option) {
  if (!file) return std::nullopt;
  return output(*file, option);
}

bool is_standard_output(const std::optional<output>& o) { return o && o->is_standard_output(); }

}  // namespace

exit_code run_replay(const replay_request& request, const presentation& shown) {
  return show(request, shown, trace_detail::columns);
}

exit_code run_explain(const replay_request& request, const presentation& shown) {
  return show(request, shown, trace_detail::full);
}

exit_code run_report(const replay_request& request, const report_files& files,
                     const presentation& shown) {
  const token t = token_of(request.target);  // before the output is made: it may be the same file
  const std::optional<output> json = opened(files.json, "--json");
  const std::optional<output> mermaid = opened(files.mermaid, "--mermaid");
  const replayed r = replay_of(search_for(t), t, aim::understand);
  if (r.refused) return refuse(r);
  // Beside a report nothing else goes to standard output.
  std::FILE* const messages =
      is_standard_output(json) || is_standard_output(mermaid) ? stderr : stdout;
  if (json) {
    json->write(json_text({r.row}, {.strategy = "replay", .jobs = 1, .seed = 1}));
    if (!json->is_standard_output()) {
      print_to(messages, "{} written; `{} replay {}` shows it\n", printable(json->file()),
               shown.program, shell_quoted(json->file()));
    }
  }
  if (mermaid) {
    mermaid->write(mermaid_text(r.row));
    if (!mermaid->is_standard_output())
      print_to(messages, "{} written\n", printable(mermaid->file()));
  }
  flush_standard_output();
  return reproduced(r);
}

}  // namespace norn
