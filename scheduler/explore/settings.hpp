// Settings: what a person may say from outside of how a check is searched, by a flag or by a variable
// of the environment. The command and the test front end read them alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <norn/scheduler/explore/explore_options.hpp>
#include <norn/scheduler/explore/strategies.hpp>

namespace norn::engine {

// What was not said is as the code has it.
struct settings {
  std::optional<strategy_kind> strategy;
  std::optional<std::uint32_t> preemptions;
  std::optional<std::uint64_t> executions;
  std::optional<double> time_seconds;
  std::optional<std::uint32_t> depth;
  std::optional<std::uint64_t> seed;
  std::optional<std::size_t> jobs;
};

struct setting {
  std::string name;   // "seed": `--seed`, `--norn_seed`, NORN_SEED
  std::string value;  // what stands for its value in help texts: "N"
  std::string meaning;
  std::string accepted;  // "a whole number from 1 to ..."
};
const std::vector<setting>& all_settings();

// Sets the setting of that name from text. `source`: how it was said ("--seed", "NORN_SEED"). Throws
// bad_input, with what is accepted, where the text is none of it. Requires: the name is one of
// all_settings().
void set(settings& into, std::string_view name, const std::string& value,
         const std::string& source);

// Throws bad_input where what was said contradicts itself: a bound on preemptions, and a strategy that
// has none.
void refuse_contradictions(const settings& said);

// "NORN_SEED" for "seed" and "--seed".
std::string environment_name(std::string_view option);
// The value of that variable; nothing where it is unset or empty.
std::optional<std::string> from_environment(const std::string& variable);

// What the code declares, with what was said in its place. A limit on executions that was said is a
// budget; one that the code declares is a bound, part of what is claimed. A bound on preemptions, said or
// declared, means strategy bounded. Throws bad_input where the code contradicts itself.
void apply(const settings& said, explore_options& declared);

// What the whole of the searches is called by: the strategy that was said or is meant.
strategy_kind strategy_of(const settings& said);

inline constexpr std::size_t most_jobs = 128;

}  // namespace norn::engine
