#include <norn/cli/progress.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <norn/cli/output.hpp>
#include <norn/report/check_result.hpp>
#include <norn/report/display.hpp>
#include <norn/report/terminal.hpp>

namespace norn {

namespace {

double per_second(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0.0;
}

// The seconds until the first budget ends, at the present rate; negative where there is none.
double seconds_left(const bounds& limits, const statistics& stats) {
  const double rate = per_second(stats.executions, stats.seconds);
  double left = -1;
  const auto at_most = [&](double seconds) { left = left < 0 ? seconds : std::min(left, seconds); };
  if (limits.time_seconds > 0) at_most(std::max(0.0, limits.time_seconds - stats.seconds));
  if (limits.executions > stats.executions && rate > 0) {
    at_most(static_cast<double>(limits.executions - stats.executions) / rate);
  }
  return left;
}

// Of a search without a budget nobody knows the whole before its end.
std::string executions_of(std::uint64_t done, std::uint64_t budget) {
  if (budget == 0) return counted(done, "execution");
  return grouped(done) + " of at most " + counted(budget, "execution");
}

}  // namespace

std::string progress_text(const progress_state& state, const statistics& stats) {
  std::string text = fmt::format("{}: {}", printable(state.search),
                                 executions_of(stats.executions, state.limits.executions));
  const std::uint64_t cut_off = stats.blocked + stats.too_deep;
  if (cut_off > 0) text += " + " + grouped(cut_off) + " cut off";
  if (stats.probes > 0) text += " + " + counted(stats.probes, "probe");
  const std::uint64_t runs = stats.executions + cut_off + stats.probes;
  text +=
      fmt::format(", {}/s", grouped(static_cast<std::uint64_t>(per_second(runs, stats.seconds))));
  const double left = seconds_left(state.limits, stats);
  if (left >= 0) text += fmt::format(", {} left at most", duration(left));
  return text +
         fmt::format("; {} of {} done", grouped(state.checks_done), counted(state.checks, "check"));
}

void progress::update(const progress_state& state, const statistics& stats) {
  if (mode_ == mode::silent) return;
  if (mode_ == mode::lines) {
    const clock::time_point now = clock::now();
    if (now - last_line_ < std::chrono::seconds(10)) return;
    last_line_ = now;
    print_to(stream_, "{}\n", progress_text(state, stats));
    std::fflush(stream_);
    return;
  }
  // One column less than the terminal has: a full line would wrap and could not be taken back.
  const std::string text = wrapped(progress_text(state, stats), line_width(stream_) - 1).front();
  print_to(stream_, "\r{}", padded(text, shown_width_));
  shown_width_ = display_width(text);
  std::fflush(stream_);
}

void progress::clear() {
  if (mode_ != mode::live || shown_width_ == 0) return;
  print_to(stream_, "\r{}\r", std::string(shown_width_, ' '));
  shown_width_ = 0;
  std::fflush(stream_);
}

}  // namespace norn
