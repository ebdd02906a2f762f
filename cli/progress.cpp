#include <norn/cli/progress.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <norn/cli/output.hpp>
#include <norn/report/check_result.hpp>
#include <norn/report/display.hpp>
#include <norn/report/terminal.hpp>

namespace norn {

namespace {

// The seconds until the first budget ends, at the present rate; negative where there is none.
double seconds_left(const bounds& limits, const statistics& stats, double rate) {
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
  const double rate =
      stats.seconds > 0 ? static_cast<double>(stats.executions) / stats.seconds : 0.0;
  std::string text = fmt::format("{}: {}, {}/s", printable(state.search),
                                 executions_of(stats.executions, state.limits.executions),
                                 grouped(static_cast<std::uint64_t>(rate)));
  const double left = seconds_left(state.limits, stats, rate);
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
