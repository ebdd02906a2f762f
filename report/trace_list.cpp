// One step below the other, for threads that do not fit beside each other:
//
//    9  writer/0  write(reviews.json, "[]") → 2            saving.hpp:15
//                   reviews.json: ""→"[]"  ◀ conflicts with 7
//       ── writer/0 preempted, holds reviews.json.lock ──
#include <fmt/format.h>

#include <algorithm>

#include <norn/report/display.hpp>
#include <norn/report/step_text.hpp>
#include <norn/report/trace_parts.hpp>

namespace norn {

namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t narrowest = 20;

struct frame {
  std::size_t numbers = 0;  // widths
  std::size_t titles = 0;
  std::size_t width = 0;
  std::size_t right_edge = 0;  // where places end

  std::size_t indent() const { return gap.size() * 3 + numbers + titles; }
};

void add_wrapped(std::vector<std::string>& lines, std::size_t indent, std::string_view text,
                 std::size_t width) {
  const std::size_t room = std::max(width, indent + narrowest) - indent;
  for (const std::string& line : wrapped(text, room)) {
    lines.push_back(std::string(indent, ' ') + line);
  }
}

// The step's own words, and below them what it changed. A fault concerns everybody
// and stands where the threads' names do.
std::vector<std::string> words_of(const trace_step& s, const participants& threads,
                                  const frame& f) {
  std::vector<std::string> lines;
  const std::string number = fmt::format("{}{:>{}}{}", gap, s.number, f.numbers, gap);
  const std::size_t indent = is_fault(s) ? number.size() : f.indent();
  add_wrapped(lines, indent, is_fault(s) ? fault_mark(s) : phrase_of(s), f.width);
  std::string head = number;
  if (!is_fault(s)) head += padded(threads.title_of(s.thread), f.titles) + std::string(gap);
  lines.front().replace(0, indent, head);
  if (!s.changes.empty()) {
    add_wrapped(lines, indent + gap.size(), printable(s.changes), f.width);
  }
  return lines;
}

bool has_room(const std::string& line, const std::string& place, std::size_t right_edge) {
  return display_width(line) + gap.size() + display_width(place) <= right_edge;
}

// Flush right on the first line with room for it; false where there is none.
bool add_place(std::vector<std::string>& lines, const std::string& place, const frame& f) {
  if (place.empty()) return true;
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& each) {
    return has_room(each, place, f.right_edge);
  });
  if (line == lines.end()) return false;
  *line = padded(*line, f.right_edge - display_width(place)) + place;
  return true;
}

// The mark follows what the step changed if the place still finds room then; else it gets a line.
std::vector<std::string> lines_of(const trace_step& s, const participants& threads,
                                  const frame& f) {
  const std::string place = place_of(s.file, s.line);
  const std::vector<std::string> words = words_of(s, threads, f);
  std::vector<std::string> lines = words;
  if (s.conflicts_with) {
    const std::string mark = conflict_mark(*s.conflicts_with, true);
    lines.back() += std::string(gap) + mark;
    if (display_width(lines.back()) <= f.width && add_place(lines, place, f)) return lines;
    lines = words;
    add_wrapped(lines, f.indent() + gap.size(), mark, f.width);
  }
  if (add_place(lines, place, f)) return lines;
  const std::size_t room = f.right_edge - std::min(f.right_edge, display_width(place));
  lines.push_back(std::string(room, ' ') + place);
  return lines;
}

// As far to the right as a line needs that the width has room for.
std::size_t right_edge_of(const counterexample& trace, const participants& threads,
                          const frame& f) {
  std::size_t edge = f.indent() + narrowest;
  for (const trace_step& s : trace.steps) {
    const std::size_t needed = display_width(words_of(s, threads, f).front()) + gap.size() +
                               display_width(place_of(s.file, s.line));
    if (needed <= f.width) edge = std::max(edge, needed);
  }
  return std::min(edge, f.width);
}

}  // namespace

std::vector<std::string> list_of(const counterexample& trace, const participants& threads,
                                 std::size_t width) {
  frame f;
  f.numbers = number_width(trace);
  for (const std::string& t : threads.names()) {
    f.titles = std::max(f.titles, display_width(threads.title_of(t)));
  }
  f.width = width;
  f.right_edge = right_edge_of(trace, threads, f);
  std::vector<std::string> lines;
  const trace_step* before = nullptr;
  for (const trace_step& s : trace.steps) {
    const std::string left = before == nullptr ? "" : leaving(*before, s, threads);
    if (!left.empty()) {
      add_wrapped(lines, gap.size() * 2 + f.numbers, marked(printable(before->thread) + " " + left),
                  width);
    }
    const std::vector<std::string> step = lines_of(s, threads, f);
    lines.insert(lines.end(), step.begin(), step.end());
    before = &s;
  }
  return lines;
}

}  // namespace norn
