#include <norn/report/check_result.hpp>

#include <fmt/format.h>

#include <norn/scheduler/explore/token.hpp>

namespace norn {

using namespace engine;

namespace {

// What a check claims at most, from less to more.
int strength(conclusion c) {
  switch (c) {
    case conclusion::holds:
      return 3;
    case conclusion::holds_within_bound:
      return 2;
    case conclusion::sampled:
      return 1;
    default:
      return 0;
  }
}

bool claims_that_it_holds(conclusion c) { return strength(c) > 0; }

}  // namespace

standing standing_of(conclusion verdict, conclusion expected) {
  if (verdict == expected) return standing::as_declared;
  if (verdict == conclusion::misuse) return standing::misused;
  if (verdict == conclusion::violated || verdict == conclusion::holds) {
    const bool better = verdict == conclusion::holds && claims_that_it_holds(expected);
    return better ? standing::as_declared : standing::differs;
  }
  const bool better = claims_that_it_holds(expected) && strength(verdict) > strength(expected);
  return better ? standing::as_declared : standing::undecided;
}

standing standing_of(const check_result& result) {
  return standing_of(result.decided.verdict, result.expected);
}

std::optional<std::string> replay_token(const check_result& result) {
  if (!result.decided.counterexample) return std::nullopt;
  const counterexample& found = *result.decided.counterexample;
  return encode({.check = result.name,
                 .schedule = found.schedule,
                 .fingerprint = fingerprint_of(found.schedule),
                 .depth = result.limits.depth});
}

bool up_to_renaming(const check_result& result) {
  return result.stats.met_groups && result.strategy == "exhaustive";
}

bool unbounded_ended_first(const check_result& result) {
  return result.limits.preemptions && result.complete && result.strategy == "exhaustive";
}

std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t place = digits.size(); place > 3;) digits.insert(place -= 3, ",");
  return digits;
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return grouped(count) + " " + std::string(count == 1 ? singular : plural);
}

std::string counted(std::uint64_t count, std::string_view singular) {
  return counted(count, singular, std::string(singular) + "s");
}

std::string duration(double seconds) {
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string probes_text(const statistics& stats) {
  if (stats.probes == 0) return "";
  return ", " + counted(stats.probes, "probe") + " of " + counted(stats.probe_steps, "step");
}

std::string shrinking_text(const effort& shrinking) {
  if (shrinking.executions == 0) return "";
  return "shrinking: " + counted(shrinking.executions, "execution") + ", " +
         counted(shrinking.steps, "step") + ", " + duration(shrinking.seconds);
}

std::string limitation(const check_result& result) {
  switch (result.bound_hit) {
    case bound_kind::none:
      return "";
    case bound_kind::executions:
      return "after " + counted(result.limits.executions, "execution");
    case bound_kind::time:
      return fmt::format("after {:g} s", result.limits.time_seconds);
    case bound_kind::depth:
      return "with executions cut off at " + counted(result.limits.depth, "step");
    case bound_kind::preemptions:
      return "with at most " + counted(result.limits.preemptions.value_or(0), "preemption");
    case bound_kind::interrupted:
      return "on Ctrl-C";
  }
  return "";
}

}  // namespace norn
