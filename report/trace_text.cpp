#include <norn/report/trace_text.hpp>

#include <fmt/format.h>

#include <norn/report/display.hpp>
#include <norn/report/step_text.hpp>
#include <norn/report/trace_parts.hpp>

namespace norn {

namespace {

void add_detail(std::vector<std::string>& lines, std::string_view label, const std::string& text) {
  if (!text.empty()) lines.push_back(fmt::format("       {:<12}{}", label, printable(text)));
}

std::string locks_text(const std::vector<held_lock>& locks) {
  std::string text;
  for (const held_lock& l : locks) {
    const std::string type = l.type == l.name ? "" : l.type + " ";
    text += (text.empty() ? "" : ", ") + type + text_of(l);
  }
  return text;
}

std::vector<std::string> details_of(const trace_step& s, const participants& threads) {
  std::vector<std::string> lines;
  const std::string clock = s.clock.empty() ? "" : " at " + printable(s.clock);
  lines.push_back(fmt::format("{:>3}  {}{}", s.number, threads.title_of(s.thread), clock));
  add_detail(lines, s.kind == "operation" ? "does" : s.kind, action_of(s));
  if (s.alternatives > 1) {
    add_detail(lines, "takes",
               fmt::format("alternative {} of {}, counted from 0", s.alternative, s.alternatives));
  }
  add_detail(lines, "changes", s.changes);
  add_detail(lines, "holds", locks_text(s.locks));
  if (s.conflicts_with) add_detail(lines, "conflicts", "with " + std::to_string(*s.conflicts_with));
  if (!s.file.empty()) add_detail(lines, "at", fmt::format("{}:{}", s.file, s.line));
  return lines;
}

}  // namespace

std::vector<std::string> trace_lines(const counterexample& trace, std::size_t width) {
  const participants threads(trace);
  std::vector<std::string> lines = columns_of(trace, threads, width);
  return lines.empty() ? list_of(trace, threads, width) : lines;
}

std::vector<std::string> detailed_trace_lines(const counterexample& trace) {
  const participants threads(trace);
  std::vector<std::string> lines;
  const trace_step* before = nullptr;
  for (const trace_step& s : trace.steps) {
    const std::string left = before == nullptr ? "" : leaving(*before, s, threads);
    if (!left.empty()) lines.push_back("     " + marked(printable(before->thread) + " " + left));
    const std::vector<std::string> step = details_of(s, threads);
    lines.insert(lines.end(), step.begin(), step.end());
    before = &s;
  }
  return lines;
}

}  // namespace norn
