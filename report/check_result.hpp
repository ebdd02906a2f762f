// Check result: what one check came to, with all that a report says of it. One search gives one of
// these for each property that it decided.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

struct check_result {
  std::string name;  // `protocol/variant@deployment:property`, or `Suite.Name` of a test
  std::string protocol;
  std::string variant;
  std::string deployment;
  std::vector<std::string> covers;  // rows of a catalogue that the check stands for
  std::vector<std::string> tags;    // of the property
  conclusion expected = conclusion::holds;
  property_verdict decided;
  // Of the search that decided it.
  statistics stats;
  bool complete = false;
  bound_kind bound_hit = bound_kind::none;
  norn::bounds limits;
  std::string strategy;
  std::vector<fault_budget> faults;

  std::string search() const { return protocol + "/" + variant + "@" + deployment; }
};

// The verdict beside the one that was declared.
enum class standing {
  as_declared,  // or better: `holds` where less was declared
  differs,      // a violation where none is expected, or a complete search without the expected one
  undecided,    // a budget ended first
  misused,      // the test is wrong
};
standing standing_of(conclusion verdict, conclusion expected);
standing standing_of(const check_result& result);

// The token of the result's counterexample; nothing where it has none.
std::optional<std::string> replay_token(const check_result& result);

// Whether a bound on preemptions was asked for, and the search without it ended first.
bool unbounded_ended_first(const check_result& result);

// Whether equal threads were explored up to renaming (model/thread/thread.hpp): of the executions that are the
// same but for who is who, one.
bool up_to_renaming(const check_result& result);

// "2 steps", "1 step": counts as reports write them, in groups of three digits.
std::string grouped(std::uint64_t count);
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);
std::string counted(std::uint64_t count, std::string_view singular);  // plural by an s

// "0.01 s", "12.3 s", "4 min 10 s"
std::string duration(double seconds);

// What a search took beside its executions: ", 12 probes of 345 steps", and on its violations, after its end:
// "shrinking: 1,234 executions, 20,111 steps, 0.08 s". Empty where there was none.
std::string probes_text(const statistics& stats);
std::string shrinking_text(const effort& shrinking);

// What ended the search early, to go on a phrase: "after 1,000 executions", "after 60 s", "with
// executions cut off at 50 steps", "with at most 2 preemptions", "on Ctrl-C". Empty where nothing did.
std::string limitation(const check_result& result);

}  // namespace norn
