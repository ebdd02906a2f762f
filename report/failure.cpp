#include <norn/report/failure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include <norn/report/display.hpp>
#include <norn/report/paint.hpp>
#include <norn/report/step_text.hpp>
#include <norn/report/trace_parts.hpp>
#include <norn/report/trace_text.hpp>

namespace norn {

using namespace engine;

namespace {

// A check's name has its property; that of a test has not.
std::string title_of(const check_result& r) {
  const bool named = r.decided.property.empty() || !r.protocol.empty();
  return printable(named ? r.name : r.name + ": " + r.decided.property);
}

// The text with its end, in lines of that width; all but the first are indented.
std::string hanging(const std::string& text, std::size_t width) {
  constexpr std::size_t indent = 10;
  const std::vector<std::string> first = wrapped(text, width);
  std::string all = first.front() + "\n";
  if (first.size() == 1) return all;
  const std::string rest = text.substr(text.find_first_not_of(' ', first.front().size()));
  for (const std::string& line : wrapped(rest, width - indent)) {
    all += std::string(indent, ' ') + line + "\n";
  }
  return all;
}

std::string_view word_for(conclusion c) {
  if (c == conclusion::violated) return "VIOLATED";
  return c == conclusion::misuse ? "MISUSE" : "NOT VIOLATED";
}

// The message stands on the first line if it fits there, else below it.
std::string header(const check_result& r, const failure_style& style) {
  const std::string_view word = word_for(r.decided.verdict);
  const paint how = r.decided.verdict == conclusion::holds ? paint::good : paint::bad;
  std::string text = painted(word, how, style.color) + "  " + title_of(r);
  const std::vector<std::string> message = printable_lines(r.decided.message);
  const std::size_t title_width = word.size() + 2 + display_width(title_of(r));
  if (message.size() == 1 && title_width + 4 + display_width(message[0]) <= style.width) {
    return text + (message[0].empty() ? "" : "    " + message[0]) + "\n";
  }
  for (const std::string& line : message) {
    for (const std::string& part : wrapped(line, style.width - 2)) text += "\n  " + part;
  }
  return text + "\n";
}

std::string summary(const counterexample& found, const check_result& r) {
  std::string text =
      counted(found.steps.size(), "step") + ", " + counted(found.preemptions, "preemption");
  if (found.found_steps > found.steps.size()) {
    text += " (found at " + counted(found.found_steps, "step") + ", shrunk)";
  }
  if (found.found_execution > 0) text += " · execution " + grouped(found.found_execution);
  if (!r.strategy.empty()) text += " · " + r.strategy;
  return text;
}

std::string trace_text(const counterexample& found, const failure_style& style) {
  std::string text;
  const bool full = style.detail == trace_detail::full;
  for (const std::string& line :
       full ? detailed_trace_lines(found) : trace_lines(found, style.width)) {
    const bool mark = line.find("── ") != std::string::npos && line.find('#') == std::string::npos;
    text += painted(line, mark ? paint::faint : paint::plain, style.color) + "\n";
  }
  return text;
}

std::vector<held_lock> locks_of(const counterexample& found, const std::string& thread) {
  std::vector<held_lock> held;
  for (const held_lock& l : found.locks) {
    if (l.thread == thread) held.push_back(l);
  }
  return held;
}

std::string blocked_line(const counterexample& found, const blocked_thread& b) {
  std::string text = fmt::format("{} waits at {}", b.thread, b.operation);
  if (!b.object.empty()) text += " " + b.object;
  if (!b.held_by.empty() && b.held_by != b.object) text += ", held by " + b.held_by;
  const std::string place = place_of(b.file, b.line);
  text = printable(text) + holding(locks_of(found, b.thread));
  return text + (place.empty() ? "" : "  " + place);
}

// What the threads hold that are not blocked: their `blocked` line tells it of the others.
std::vector<std::string> held_lines(const counterexample& found) {
  std::vector<std::string> lines;
  for (const held_lock& l : found.locks) {
    const auto& blocked = found.blocked_threads;
    const bool listed = std::any_of(blocked.begin(), blocked.end(),
                                    [&](const blocked_thread& b) { return b.thread == l.thread; });
    if (!listed) lines.push_back("held:     " + text_of(l) + ", by " + printable(l.thread));
  }
  return lines;
}

// The first step that is told in other words than in the counterexample.
template <class Words>  // std::string(const trace_step&)
const trace_step* first_difference(const counterexample& failing, const nearest_passing& passes,
                                   Words words) {
  std::map<std::string, std::vector<const trace_step*>> by_thread;
  for (const trace_step& s : failing.steps) by_thread[s.thread].push_back(&s);
  std::map<std::string, std::size_t> seen;
  for (const trace_step& s : passes.steps) {
    const std::vector<const trace_step*>& then = by_thread[s.thread];
    const std::size_t index = seen[s.thread]++;
    if (index < then.size() && words(*then[index]) != words(s)) return &s;
  }
  return nullptr;
}

// What a thread gets to see says more than what it changes.
std::string what_differs(const counterexample& failing, const nearest_passing& passes) {
  const trace_step* s = first_difference(failing, passes, phrase_of);
  if (s != nullptr) return "; then " + s->thread + " " + phrase_of(*s);
  s = first_difference(failing, passes, [](const trace_step& each) { return each.changes; });
  return s == nullptr ? "" : "; then " + s->thread + " " + phrase_of(*s) + "  " + s->changes;
}

std::string nearest_passing_line(const counterexample& failing, const nearest_passing& passes) {
  const std::string moved = passes.later != 0 ? std::to_string(passes.later)
                                              : passes.moved.thread + " " + phrase_of(passes.moved);
  return printable(fmt::format("nearest passing schedule: {} before {}{}", moved, passes.earlier,
                               what_differs(failing, passes)));
}

// "io_errors" as a reader has it.
std::string readable(std::string kind) {
  std::replace(kind.begin(), kind.end(), '_', ' ');
  return kind;
}

// What there is to say of an execution besides its steps.
std::vector<std::string> remarks_on(const counterexample& found) {
  std::vector<std::string> lines;
  for (const blocked_thread& b : found.blocked_threads) {
    lines.push_back("blocked:  " + blocked_line(found, b));
  }
  for (std::string& line : held_lines(found)) lines.push_back(std::move(line));
  if (found.nearest_passing) {
    lines.push_back(nearest_passing_line(found, *found.nearest_passing));
  }
  return lines;
}

// Why the search went no further.
std::string end_of(const check_result& r) {
  if (r.complete) return "nothing is left to explore";
  if (r.decided.verdict == conclusion::misuse) return "stopped there";
  const std::string limit = limitation(r);
  return limit.empty() ? "stopped once decided" : "ended " + limit;
}

std::string explored_line(const check_result& r) {
  const statistics& s = r.stats;
  std::string text = "explored " + counted(s.executions, "execution");
  for (const fault_budget& each : r.faults) {
    text += fmt::format(", {} at most {}", readable(each.kind), each.budget);
  }
  if (s.blocked > 0) text += ", " + grouped(s.blocked) + " cut off as redundant";
  return text + ", " + counted(s.steps, "step") + probes_text(s) + ", " + duration(s.seconds) +
         "; " + end_of(r);
}

}  // namespace

std::string failure_text(const check_result& result, const failure_style& style) {
  std::string text = header(result, style);
  if (result.decided.counterexample) {
    const counterexample& found = *result.decided.counterexample;
    text += hanging(summary(found, result), style.width) + trace_text(found, style);
    for (const std::string& line : remarks_on(found)) text += hanging(line, style.width);
  }
  if (style.exploration) {
    text += hanging(explored_line(result), style.width);
    const std::string shrinking = shrinking_text(result.stats.shrinking);
    if (!shrinking.empty()) text += hanging(shrinking, style.width);
  }
  if (const auto token = replay_token(result)) {
    text += "replay:  " + style.replay_command + shell_quoted(*token) + "\n";
  }
  return text;
}

std::string causes_of_a_misfit() {
  return "likely the check, the code under test or norn changed since the token was written: "
         "search "
         "again for a new one.";
}

std::string shell_quoted(const std::string& word) {
  constexpr std::string_view safe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_";
  if (!word.empty() && word.find_first_not_of(safe) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace norn
