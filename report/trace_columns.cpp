// A column for each thread, then the changes, then the place:
//
//   #  teller/0              teller/1              changes
//   1  load total → 0                                          bank.cpp:41
//      ── preempted ──
//   2                        store(1) on total     total 0→1   bank.cpp:42
//
// What concerns more than one thread, a mark or a fault, goes across columns.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include <norn/report/display.hpp>
#include <norn/report/step_text.hpp>
#include <norn/report/trace_parts.hpp>

namespace norn {

namespace {

constexpr std::size_t narrowest_column = 20;
constexpr std::size_t widest_changes = 44;
constexpr std::string_view gap = "  ";

using cell = std::vector<std::string>;  // lines

struct row {
  std::string number;
  std::vector<cell> cells;  // one for each column
  std::string across;       // from the column `from` on; then no thread has a cell of its own
  std::size_t from = 0;
};

struct table {
  row heads{"#", {}, {}, 0};
  std::vector<row> rows;
  std::size_t threads = 0;
  std::size_t numbers = 0;  // width
  std::size_t width = 0;    // of a line at most

  std::size_t columns() const { return threads + 2; }
};

// The widths of all columns; 0: left out.
using widths = std::vector<std::size_t>;

row mark_row(const std::string& text, std::size_t thread, std::size_t columns) {
  return {"", std::vector<cell>(columns), marked(text), thread};
}

row step_row(const trace_step& s, const participants& threads) {
  const std::size_t count = threads.size();
  row r{std::to_string(s.number), std::vector<cell>(count + 2), {}, 0};
  r.cells[count] = {printable(s.changes)};
  r.cells[count + 1] = {place_of(s.file, s.line)};
  if (is_fault(s)) {
    r.across = fault_mark(s);
    return r;
  }
  const std::size_t at = threads.place_of(s.thread);
  r.cells[at] = {phrase_of(s)};
  if (s.conflicts_with && count > 1) {
    const bool to_the_right = at + 1 < count;
    r.cells[to_the_right ? at + 1 : at - 1] = {conflict_mark(*s.conflicts_with, to_the_right)};
  }
  return r;
}

table table_of(const counterexample& trace, const participants& threads, std::size_t width) {
  table t;
  t.threads = threads.size();
  t.numbers = number_width(trace);
  t.width = width;
  for (const std::string& thread : threads.names()) {
    t.heads.cells.push_back({threads.title_of(thread)});
  }
  t.heads.cells.insert(t.heads.cells.end(), {{"changes"}, {}});
  const trace_step* before = nullptr;
  for (const trace_step& s : trace.steps) {
    const std::string left = before == nullptr ? "" : leaving(*before, s, threads);
    if (!left.empty()) {
      t.rows.push_back(mark_row(left, threads.place_of(before->thread), t.columns()));
    }
    t.rows.push_back(step_row(s, threads));
    before = &s;
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

// A phrase that is broken into more than two lines is harder to read than a list of steps.
std::size_t least_width(std::size_t natural) {
  return std::max(narrowest_column, (natural + 1) / 2 + 2);
}

// Narrows the widest columns until the sum fits. Nothing where one would be too narrow to read.
std::optional<widths> fitted(const widths& natural, std::size_t room) {
  widths fit = natural;
  std::size_t sum = std::accumulate(fit.begin(), fit.end(), std::size_t{0});
  for (; sum > room; --sum) {
    const auto widest = std::max_element(fit.begin(), fit.end());
    if (*widest <= least_width(natural[static_cast<std::size_t>(widest - fit.begin())])) {
      return std::nullopt;
    }
    --*widest;
  }
  return fit;
}

std::optional<widths> widths_of(const table& t) {
  const std::size_t changes = std::min(natural_width(t, t.threads), widest_changes);
  const std::size_t place = natural_width(t, t.threads + 1);
  const auto with_gap = [](std::size_t w) { return w == 0 ? 0 : w + gap.size(); };
  const std::size_t fixed = gap.size() + t.numbers + with_gap(changes) + with_gap(place);
  const std::size_t gaps = t.threads * gap.size();
  if (fixed + gaps >= t.width) return std::nullopt;
  widths natural;
  for (std::size_t c = 0; c < t.threads; ++c) {
    natural.push_back(std::max(natural_width(t, c), width_of(t.heads.cells[c])));
  }
  auto fit = fitted(natural, t.width - fixed - gaps);
  if (fit) fit->insert(fit->end(), {changes, place});
  return fit;
}

// How much of a line the columns before this one take.
std::size_t offset_of(std::size_t column, const table& t, const widths& all) {
  std::size_t offset = gap.size() + t.numbers;
  for (std::size_t c = 0; c < column; ++c) offset += all[c] == 0 ? 0 : gap.size() + all[c];
  return offset;
}

// To the end of the line where nothing follows, else over the columns of the threads.
cell across_cell(const row& r, const table& t, const widths& all) {
  const bool alone =
      std::all_of(r.cells.begin(), r.cells.end(), [](const cell& c) { return width_of(c) == 0; });
  const std::size_t end = alone ? t.width : offset_of(t.threads, t, all);
  const std::size_t begin = offset_of(r.from, t, all) + gap.size();
  return wrapped(r.across, std::max(end, begin + narrowest_column) - begin);
}

void wrap_cells(row& r, const table& t, const widths& all) {
  for (std::size_t c = 0; c < r.cells.size(); ++c) {
    if (!r.cells[c].empty() && all[c] > 0) r.cells[c] = wrapped(r.cells[c].front(), all[c]);
  }
  if (!r.across.empty()) r.cells[r.from] = across_cell(r, t, all);
}

std::string line_of(const row& r, std::size_t line, const table& t, const widths& all) {
  std::string text = fmt::format("{}{:>{}}", gap, line == 0 ? r.number : "", t.numbers);
  for (std::size_t c = 0; c < r.cells.size(); ++c) {
    if (all[c] == 0 || line >= r.cells[c].size() || r.cells[c][line].empty()) continue;
    text = padded(text, offset_of(c, t, all)) + std::string(gap) + r.cells[c][line];
  }
  return without_trailing_spaces(std::move(text));
}

void draw(std::vector<std::string>& lines, row r, const table& t, const widths& all) {
  wrap_cells(r, t, all);
  std::size_t height = 1;
  for (const cell& c : r.cells) height = std::max(height, c.size());
  for (std::size_t i = 0; i < height; ++i) lines.push_back(line_of(r, i, t, all));
}

}  // namespace

std::vector<std::string> columns_of(const counterexample& trace, const participants& threads,
                                    std::size_t width) {
  const table t = table_of(trace, threads, width);
  const std::optional<widths> all = widths_of(t);
  std::vector<std::string> lines;
  if (!all) return lines;
  draw(lines, t.heads, t, *all);
  for (const row& r : t.rows) draw(lines, r, t, *all);
  return lines;
}

}  // namespace norn
