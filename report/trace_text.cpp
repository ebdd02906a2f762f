#include <norn/report/trace_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include <norn/report/display.hpp>

namespace norn {

namespace {

constexpr std::size_t narrowest_column = 20;
constexpr std::size_t widest_changes = 44;
constexpr std::string_view gap = "  ";
constexpr std::string_view preempted_mark = "── preempted ──";

using cell = std::vector<std::string>;  // lines

struct row {
  std::string number;
  std::vector<cell> cells;  // one for each column
};

struct table {
  row heads{"#", {}};
  std::vector<row> rows;
};

// The threads that take part, in order of creation; one that the list of threads lacks comes last.
std::vector<std::string> participants(const counterexample& trace) {
  std::vector<std::string> present;
  for (const trace_step& s : trace.steps) present.push_back(s.thread);
  for (const blocked_thread& b : trace.blocked_threads) present.push_back(b.thread);
  std::vector<std::string> ordered;
  const auto add_once = [&](const std::string& name) {
    if (std::find(ordered.begin(), ordered.end(), name) == ordered.end()) ordered.push_back(name);
  };
  for (const std::string& t : trace.threads) {
    if (std::find(present.begin(), present.end(), t) != present.end()) add_once(t);
  }
  for (const std::string& t : present) add_once(t);
  return ordered;
}

std::size_t column_of(const std::vector<std::string>& threads, const std::string& thread) {
  return static_cast<std::size_t>(std::find(threads.begin(), threads.end(), thread) -
                                  threads.begin());
}

bool is_the_same_in_all(const counterexample& trace, std::string trace_step::*what) {
  return std::all_of(trace.steps.begin(), trace.steps.end(),
                     [&](const trace_step& s) { return s.*what == trace.steps.front().*what; });
}

// "writer (worker/0 on web)". A process or host that all threads share tells nothing; nor does one
// that is called as its thread is.
std::string title_of(const counterexample& trace, const std::string& thread) {
  const auto step = std::find_if(trace.steps.begin(), trace.steps.end(),
                                 [&](const trace_step& s) { return s.thread == thread; });
  if (step == trace.steps.end()) return printable(thread);
  std::string where;
  if (!is_the_same_in_all(trace, &trace_step::process) && step->process != thread) {
    where = step->process;
  }
  if (!is_the_same_in_all(trace, &trace_step::host) && !step->host.empty()) {
    where += (where.empty() ? "on " : " on ") + step->host;
  }
  return printable(where.empty() ? thread : fmt::format("{} ({})", thread, where));
}

// The mark stands beside the step, its arrow pointing at it.
std::string conflict_mark(std::size_t with, bool to_the_right) {
  return to_the_right ? fmt::format("◀ conflicts with {}", with)
                      : fmt::format("conflicts with {} ▶", with);
}

row mark_row(std::size_t columns, std::size_t thread) {
  row marked{"", std::vector<cell>(columns)};
  marked.cells[thread] = {std::string(preempted_mark)};
  return marked;
}

row step_row(const trace_step& s, const std::vector<std::string>& threads) {
  const std::size_t at = column_of(threads, s.thread);
  row r{std::to_string(s.number), std::vector<cell>(threads.size() + 2)};
  r.cells[at] = {phrase_of(s)};
  if (s.conflicts_with && threads.size() > 1) {
    const bool to_the_right = at + 1 < threads.size();
    r.cells[to_the_right ? at + 1 : at - 1] = {conflict_mark(*s.conflicts_with, to_the_right)};
  }
  r.cells[threads.size()] = {printable(s.changes)};
  r.cells[threads.size() + 1] = {place_of(s.file, s.line)};
  return r;
}

// One column for each thread, then the changes, then the place.
table table_of(const counterexample& trace, const std::vector<std::string>& threads) {
  table t;
  for (const std::string& thread : threads) t.heads.cells.push_back({title_of(trace, thread)});
  t.heads.cells.insert(t.heads.cells.end(), {{"changes"}, {}});
  const std::string* previous = nullptr;
  for (const trace_step& s : trace.steps) {
    if (s.preempts && previous != nullptr) {
      t.rows.push_back(mark_row(t.heads.cells.size(), column_of(threads, *previous)));
    }
    t.rows.push_back(step_row(s, threads));
    previous = &s.thread;
  }
  return t;
}

std::size_t width_of(const cell& c) {
  std::size_t width = 0;
  for (const std::string& line : c) width = std::max(width, display_width(line));
  return width;
}

// 0 of a column in which nothing stands, whatever its head.
std::size_t natural_width(const table& t, std::size_t column) {
  std::size_t width = 0;
  for (const row& r : t.rows) width = std::max(width, width_of(r.cells[column]));
  return width == 0 ? 0 : std::max(width, width_of(t.heads.cells[column]));
}

// Narrows the widest columns until the sum fits. Nothing where one would be too narrow to read.
std::optional<std::vector<std::size_t>> fitted(std::vector<std::size_t> widths, std::size_t room) {
  std::size_t sum = std::accumulate(widths.begin(), widths.end(), std::size_t{0});
  while (sum > room) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= narrowest_column) return std::nullopt;
    --*widest;
    --sum;
  }
  return widths;
}

void wrap_cells(row& r, const std::vector<std::size_t>& widths) {
  for (std::size_t c = 0; c < r.cells.size(); ++c) {
    if (!r.cells[c].empty() && widths[c] > 0) r.cells[c] = wrapped(r.cells[c].front(), widths[c]);
  }
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// Columns of width 0 are left out.
std::string joined(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (widths[c] > 0) line += std::string(gap) + padded(cells[c], widths[c]);
  }
  return line;
}

void add_row(std::vector<std::string>& lines, const row& r, std::size_t number_width,
             const std::vector<std::size_t>& widths) {
  std::size_t height = 1;
  for (const cell& c : r.cells) height = std::max(height, c.size());
  for (std::size_t i = 0; i < height; ++i) {
    std::vector<std::string> texts;
    for (const cell& c : r.cells) texts.push_back(i < c.size() ? c[i] : "");
    const std::string number = i == 0 ? r.number : "";
    lines.push_back(without_trailing_spaces(
        fmt::format("{}{:>{}}{}", gap, number, number_width, joined(texts, widths))));
  }
}

std::vector<std::string> drawn(const table& t, std::size_t number_width,
                               const std::vector<std::size_t>& widths) {
  std::vector<std::string> lines;
  add_row(lines, t.heads, number_width, widths);
  for (const row& r : t.rows) add_row(lines, r, number_width, widths);
  return lines;
}

std::size_t number_width(const counterexample& trace) {
  return trace.steps.empty() ? 1 : std::to_string(trace.steps.back().number).size();
}

// The widths of all columns, or nothing where the threads do not fit beside each other.
std::optional<std::vector<std::size_t>> column_widths(const table& t, std::size_t threads,
                                                      std::size_t numbers, std::size_t width) {
  const std::size_t changes = std::min(natural_width(t, threads), widest_changes);
  const std::size_t place = natural_width(t, threads + 1);
  const auto with_gap = [](std::size_t w) { return w == 0 ? 0 : w + gap.size(); };
  const std::size_t fixed = gap.size() + numbers + with_gap(changes) + with_gap(place);
  const std::size_t gaps = threads * gap.size();
  if (fixed + gaps >= width) return std::nullopt;
  std::vector<std::size_t> natural;
  for (std::size_t c = 0; c < threads; ++c) {
    natural.push_back(std::max(natural_width(t, c), width_of(t.heads.cells[c])));
  }
  auto widths = fitted(std::move(natural), width - fixed - gaps);
  if (widths) widths->insert(widths->end(), {changes, place});
  return widths;
}

// --- one column for all threads ---

void add_wrapped(std::vector<std::string>& lines, const std::string& indent, std::string_view text,
                 std::size_t width) {
  const std::size_t room = std::max(width, indent.size() + narrowest_column) - indent.size();
  for (const std::string& line : wrapped(text, room)) lines.push_back(indent + line);
}

std::vector<std::string> narrow_lines(const counterexample& trace,
                                      const std::vector<std::string>& threads, std::size_t width) {
  cell titles;
  for (const std::string& t : threads) titles.push_back(title_of(trace, t));
  const std::size_t thread_width = width_of(titles);
  const std::size_t numbers = number_width(trace);
  const std::string indent(gap.size() + numbers + gap.size() + thread_width + gap.size(), ' ');
  std::vector<std::string> lines;
  const std::string* previous = nullptr;
  for (const trace_step& s : trace.steps) {
    if (s.preempts && previous != nullptr) {
      lines.push_back(fmt::format("{:{}}── preempted: {} ──", "", gap.size() * 2 + numbers,
                                  printable(*previous)));
    }
    std::vector<std::string> step;
    add_wrapped(step, indent, phrase_of(s), width);
    step.front().replace(
        0, indent.size(),
        fmt::format("{}{:>{}}{}{}{}", gap, s.number, numbers, gap,
                    padded(titles[column_of(threads, s.thread)], thread_width), gap));
    lines.insert(lines.end(), step.begin(), step.end());
    if (!s.changes.empty()) add_wrapped(lines, indent + gap.data(), printable(s.changes), width);
    std::string rest = place_of(s.file, s.line);
    if (s.conflicts_with) {
      rest += (rest.empty() ? "" : std::string(gap)) + conflict_mark(*s.conflicts_with, true);
    }
    if (!rest.empty()) add_wrapped(lines, indent + gap.data(), rest, width);
    previous = &s.thread;
  }
  return lines;
}

// --- every detail ---

std::string whereabouts(const counterexample& trace, const trace_step& s) {
  std::string where = title_of(trace, s.thread);
  if (!s.clock.empty()) where += " at " + printable(s.clock);
  return where;
}

void add_detail(std::vector<std::string>& lines, std::string_view label, const std::string& text) {
  if (!text.empty()) lines.push_back(fmt::format("       {:<12}{}", label, printable(text)));
}

}  // namespace

std::string phrase_of(const trace_step& step) {
  std::string phrase = step.kind == "fault" ? "fault: " : "";
  phrase += step.operation + step.arguments;
  if (!step.object.empty()) phrase += (step.arguments.empty() ? " " : " on ") + step.object;
  if (!step.result.empty()) phrase += " → " + step.result;
  return printable(phrase);
}

std::string place_of(const std::string& file, int line) {
  if (file.empty()) return "";
  return printable(fmt::format("{}:{}", file.substr(file.rfind('/') + 1), line));
}

std::vector<std::string> trace_lines(const counterexample& trace, std::size_t width) {
  const std::vector<std::string> threads = participants(trace);
  table t = table_of(trace, threads);
  const std::size_t numbers = number_width(trace);
  const auto widths = column_widths(t, threads.size(), numbers, width);
  if (!widths) return narrow_lines(trace, threads, width);
  wrap_cells(t.heads, *widths);
  for (row& r : t.rows) wrap_cells(r, *widths);
  return drawn(t, numbers, *widths);
}

std::vector<std::string> detailed_trace_lines(const counterexample& trace) {
  std::vector<std::string> lines;
  const std::string* previous = nullptr;
  for (const trace_step& s : trace.steps) {
    if (s.preempts && previous != nullptr) {
      lines.push_back(fmt::format("     ── {} preempted ──", printable(*previous)));
    }
    lines.push_back(fmt::format("{:>3}  {}", s.number, whereabouts(trace, s)));
    add_detail(lines, s.kind == "operation" ? "does" : s.kind, phrase_of(s));
    if (s.alternatives > 1) {
      add_detail(
          lines, "takes",
          fmt::format("alternative {} of {}, counted from 0", s.alternative, s.alternatives));
    }
    add_detail(lines, "changes", s.changes);
    if (s.conflicts_with) add_detail(lines, "depends on", std::to_string(*s.conflicts_with));
    if (!s.file.empty()) add_detail(lines, "at", fmt::format("{}:{}", s.file, s.line));
    previous = &s.thread;
  }
  return lines;
}

}  // namespace norn
