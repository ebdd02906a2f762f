#include <norn/scheduler/explore/settings.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <span>

#include <norn/scheduler/base/bad_input.hpp>
#include <norn/scheduler/base/invariant.hpp>

namespace norn::engine {

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t deepest = 100'000'000;
constexpr std::uint32_t most_preemptions = 10'000;
constexpr double longest_seconds = 31'536'000;  // a year
// Sampling never ends by itself.
constexpr std::uint64_t sampled_executions = 10'000;

[[noreturn]] void refuse(const setting& s, const std::string& value, const std::string& source) {
  throw bad_input(fmt::format("{} takes {}, not `{}`", source, s.accepted, value));
}

// The whole text as a number within the range; nothing where it is none.
template <class Number>
std::optional<Number> number_in(const std::string& text, Number smallest, Number largest) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stopped_at, error] = std::from_chars(text.data(), end, value);
  const bool whole = error == std::errc{} && stopped_at == end && !text.empty();
  if (!whole || !(value >= smallest && value <= largest)) return std::nullopt;
  return value;
}

std::optional<strategy_kind> strategy_named(const std::string& name) {
  for (const strategy_row& s : all_strategies()) {
    if (s.name == name) return s.kind;
  }
  return std::nullopt;
}

// "exhaustive, bounded, random or timed"
std::string strategy_names() {
  const std::span<const strategy_row> all = all_strategies();
  std::string names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    names += (i == 0 ? "" : i + 1 == all.size() ? " or " : ", ") + std::string(all[i].name);
  }
  return names;
}

template <class Value>
void assign(std::optional<Value>& into, std::optional<Value> value, const setting& s,
            const std::string& text, const std::string& source) {
  if (!value) refuse(s, text, source);
  into = value;
}

const setting& setting_named(std::string_view name) {
  const setting* found = nullptr;
  for (const setting& s : all_settings()) {
    if (s.name == name) found = &s;
  }
  NORN_INVARIANT(found != nullptr);
  return *found;
}

}  // namespace

const std::vector<setting>& all_settings() {
  static const std::vector<setting> settings{
      {"strategy", "NAME", "how schedules are chosen", strategy_names()},
      {"preemptions", "N", "most preemptions of one execution, for strategy bounded",
       "a whole number from 0 to 10000"},
      {"executions", "N", "budget of executions for each search", "a whole number from 1"},
      {"time", "SECONDS", "budget of time for each search",
       "a number of seconds above 0, up to 31536000"},
      {"depth", "N", "most steps of one execution", "a whole number from 1 to 100000000"},
      {"jobs", "N", "threads that share an exhaustive search", "a whole number from 1 to 128"},
      {"seed", "N", "seed of strategy random", "a whole number from 0 to 18446744073709551615"},
  };
  return settings;
}

void set(settings& into, std::string_view name, const std::string& value,
         const std::string& source) {
  const setting& s = setting_named(name);
  const auto take = [&](auto& field, auto parsed) { assign(field, parsed, s, value, source); };
  if (name == "strategy") take(into.strategy, strategy_named(value));
  if (name == "preemptions") {
    take(into.preemptions, number_in<std::uint32_t>(value, 0, most_preemptions));
  }
  if (name == "executions") take(into.executions, number_in<std::uint64_t>(value, 1, most));
  if (name == "depth") take(into.depth, number_in<std::uint32_t>(value, 1, deepest));
  if (name == "seed") take(into.seed, number_in<std::uint64_t>(value, 0, most));
  if (name == "jobs") take(into.jobs, number_in<std::size_t>(value, 1, most_jobs));
  if (name == "time") {
    take(into.time_seconds, number_in<double>(value, 1e-9, longest_seconds));
  }
}

void refuse_contradictions(const settings& said) {
  if (!said.preemptions || !said.strategy || strategy_row_of(*said.strategy).bounds_preemptions)
    return;
  throw bad_input(
      fmt::format("strategy {} has no bound on preemptions, and both were said\n"
                  "  say strategy bounded, or leave the bound out (NORN_PREEMPTIONS says it, too)",
                  name_of(*said.strategy)));
}

std::string environment_name(std::string_view option) {
  option.remove_prefix(std::min(option.find_first_not_of('-'), option.size()));
  std::string variable = "NORN_";
  for (const char c : option) {
    variable += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return variable;
}

std::optional<std::string> from_environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

strategy_kind strategy_of(const settings& said) {
  const strategy_kind meant = said.preemptions ? strategy_kind::bounded : strategy_kind::exhaustive;
  return said.strategy.value_or(meant);
}

namespace {

void apply_strategy(const settings& said, explore_options& declared) {
  std::optional<std::uint32_t>& preemptions = declared.limits.preemptions;
  const strategy_row& row = strategy_row_of(declared.strategy);
  if (row.times && !said.strategy && said.preemptions) {
    throw bad_input(
        "a bound on preemptions was said, and the check is searched in timed mode, which has none\n"
        "  leave the bound out, or say strategy bounded, too, for asynchronous time");
  }
  if ((row.samples || row.times) && preemptions) {
    throw bad_input(
        fmt::format("strategy {} has no bound on preemptions, and the code declares both\n"
                    "  declare strategy bounded, or leave the bound out",
                    name_of(declared.strategy)));
  }
  if (said.strategy) declared.strategy = *said.strategy;
  if (said.strategy && !strategy_row_of(*said.strategy).bounds_preemptions) preemptions.reset();
  if (said.preemptions) preemptions = said.preemptions;
  if (preemptions) declared.strategy = strategy_kind::bounded;
  if (strategy_row_of(declared.strategy).bounds_preemptions) {
    preemptions = preemptions.value_or(usual_preemptions);
  }
}

}  // namespace

void apply(const settings& said, explore_options& declared) {
  apply_strategy(said, declared);
  declared.seed = said.seed.value_or(declared.seed);
  declared.jobs = said.jobs.value_or(declared.jobs);
  declared.limits.depth = said.depth.value_or(declared.limits.depth);
  declared.limits.time_seconds = said.time_seconds.value_or(declared.limits.time_seconds);
  declared.executions_are_a_declared_bound = !said.executions && declared.limits.executions > 0;
  declared.limits.executions = said.executions.value_or(declared.limits.executions);
  const bool endless = declared.limits.executions == 0 && declared.limits.time_seconds == 0;
  if (strategy_row_of(declared.strategy).samples && endless) {
    declared.limits.executions = sampled_executions;
  }
}

}  // namespace norn::engine
