#include <norn/report/verdict_table.hpp>

#include <fmt/format.h>

#include <norn/report/display.hpp>
#include <norn/report/paint.hpp>

namespace norn {

namespace {

struct label {
  std::string_view word;
  paint how;
};

label label_of(standing s) {
  switch (s) {
    case standing::as_declared:
      return {"ok", paint::good};
    case standing::differs:
      return {"DIFFERS", paint::bad};
    case standing::undecided:
      return {"undecided", paint::unsure};
    case standing::misused:
      return {"MISUSE", paint::bad};
  }
  return {};
}

constexpr std::size_t label_width = 9;

std::string in_words(conclusion c) {
  return c == conclusion::holds_within_bound ? "holds within bound" : std::string(name_of(c));
}

// "exhaustive" needs no word: a search that saw everything is what `holds` means.
std::string effort_of(const check_result& r) {
  std::string text = counted(r.stats.executions, "execution");
  if (up_to_renaming(r)) text += " up to renaming";
  if (r.strategy == "timed") text += " in timed mode";
  if (r.stats.blocked > 0) text += " + " + grouped(r.stats.blocked) + " cut off";
  text += ", " + duration(r.stats.seconds);
  const effort& shrinking = r.stats.shrinking;
  if (shrinking.executions == 0) return text;
  return text + "; shrinking: " + counted(shrinking.executions, "execution") + ", " +
         duration(shrinking.seconds);
}

struct totals {
  std::size_t searches = 0;
  std::size_t standings[4] = {};
  statistics stats;
};

totals total_of(const std::vector<check_result>& results) {
  totals sum;
  const check_result* previous = nullptr;
  for (const check_result& r : results) {
    ++sum.standings[static_cast<std::size_t>(standing_of(r))];
    if (previous == nullptr || previous->search() != r.search()) {
      ++sum.searches;
      sum.stats.executions += r.stats.executions;
      sum.stats.steps += r.stats.steps;
      sum.stats.probes += r.stats.probes;
      sum.stats.probe_steps += r.stats.probe_steps;
      sum.stats.seconds += r.stats.seconds;
      sum.stats.shrinking.executions += r.stats.shrinking.executions;
      sum.stats.shrinking.steps += r.stats.shrinking.steps;
      sum.stats.shrinking.seconds += r.stats.shrinking.seconds;
    }
    previous = &r;
  }
  return sum;
}

}  // namespace

std::string verdict_remark(const check_result& r) {
  std::string text = in_words(r.decided.verdict);
  const std::string limit = limitation(r);
  const bool decided =
      r.decided.verdict == conclusion::holds || r.decided.verdict == conclusion::violated;
  if (!limit.empty() && !decided) text += " " + limit;
  if (unbounded_ended_first(r)) text += " without a bound, too: that search ended first";
  if (r.decided.verdict != r.expected) return text + ", expected " + in_words(r.expected);
  return r.expected == conclusion::violated ? text + ", as expected" : text;
}

std::string verdict_line(const check_result& r, std::size_t name_width, bool color) {
  const label shown = label_of(standing_of(r));
  return painted(padded(shown.word, label_width), shown.how, color) + "  " +
         padded(printable(r.name), name_width) + "  " + verdict_remark(r) +
         painted("  (" + effort_of(r) + ")", paint::faint, color) + "\n";
}

std::string summary_text(const std::vector<check_result>& results, bool color) {
  const totals sum = total_of(results);
  const auto count_of = [&](standing s) { return sum.standings[static_cast<std::size_t>(s)]; };
  std::string text = fmt::format("{} in {}: {} as declared", counted(results.size(), "check"),
                                 counted(sum.searches, "search", "searches"),
                                 grouped(count_of(standing::as_declared)));
  const auto add = [&](standing s, std::string_view word, paint how) {
    if (count_of(s) > 0)
      text += ", " + painted(grouped(count_of(s)) + " " + std::string(word), how, color);
  };
  add(standing::differs, count_of(standing::differs) == 1 ? "differs" : "differ", paint::bad);
  add(standing::misused, "misused", paint::bad);
  add(standing::undecided, "undecided", paint::unsure);
  const std::string shrinking = shrinking_text(sum.stats.shrinking);
  return text + fmt::format(" · {}, {}{}, {}{}\n", counted(sum.stats.executions, "execution"),
                            counted(sum.stats.steps, "step"), probes_text(sum.stats),
                            duration(sum.stats.seconds),
                            shrinking.empty() ? "" : " · " + shrinking);
}

}  // namespace norn
