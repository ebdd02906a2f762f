#include <norn/model/time/clock.hpp>

#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/run_local.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind now_kind{"now"};
constexpr std::uint8_t advance_class = 1;

}  // namespace

virtual_clock& virtual_clock::of_execution() { return run_local<virtual_clock>(); }

std::chrono::nanoseconds virtual_clock::now(source_location where) const {
  if (observing()) return observed();
  point p{now_kind, state_, where};
  p.describe([&](narration& n) { n.result = shown(now_); });
  return read(p);
}

std::chrono::nanoseconds virtual_clock::read(point& p) const {
  refuse_where_inexact();
  return lower_bound(p);
}

std::chrono::nanoseconds virtual_clock::lower_bound(point& p) const {
  p.observe(state_);
  return now_;
}

std::chrono::nanoseconds virtual_clock::after(std::chrono::nanoseconds delay,
                                              source_location where) const {
  const timing remembered{.remembered = true};
  point p{now_kind, state_, where, remembered};
  p.describe([&](narration& n) { n.result = shown(now_); });
  return after(p, delay);
}

std::chrono::nanoseconds virtual_clock::after(point& p, std::chrono::nanoseconds delay) const {
  p.read_lazily(state_);
  return saturated_sum(now_, delay);
}

std::chrono::nanoseconds virtual_clock::observed() const {
  refuse_where_inexact();
  observe(state_);
  return now_;
}

void virtual_clock::refuse_where_inexact() const {
  if (exact_ || !is_timed()) return;
  halt_as_misuse(
      "the clock is read in timed mode, where the time is no single number: an operation before it "
      "took a time "
      "from an interval\n"
      "  take a norn::moment and ask whether it is_older_than what you would compare with, or give "
      "durations "
      "that are exact");
}

void virtual_clock::advance_to(point& p, std::chrono::nanoseconds deadline) {
  touch(p);
  if (deadline <= now_) return;
  p.describe([&](narration& n) { n.changes = "clock " + shown(now_) + "→" + shown(deadline); });
  now_ = deadline;
}

void virtual_clock::touch(point& p) const { p.update_lazily(state_, advance_class); }
void virtual_clock::may_touch(point& p) const { p.may_update(state_, advance_class); }

std::chrono::nanoseconds saturated_sum(std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a.count(), b.count(), &sum)) return std::chrono::nanoseconds(sum);
  return a.count() < 0 ? std::chrono::nanoseconds::min() : std::chrono::nanoseconds::max();
}

std::string shown(std::chrono::nanoseconds d) {
  const auto count = d.count();
  if (count == 0) return "0 s";
  if (count % 1'000'000'000 == 0) return std::to_string(count / 1'000'000'000) + " s";
  if (count % 1'000'000 == 0) return std::to_string(count / 1'000'000) + " ms";
  if (count % 1'000 == 0) return std::to_string(count / 1'000) + " us";
  return std::to_string(count) + " ns";
}

}  // namespace norn
