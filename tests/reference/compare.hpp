// Compare: what a search came to, as sets, so that the exhaustive strategy can be held against the
// naive one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

namespace norn::reference {

struct search_space {
  std::map<std::uint64_t, std::size_t> traces;  // hash → how often it was run
  std::set<std::uint64_t> orbits;               // of these, where the program has a symmetric group
  std::set<std::string> final_states;           // as the program describes them, deadlocks included
  std::set<std::string> violated;               // properties
  std::size_t executions = 0;
  std::size_t probes = 0;
  std::size_t steps = 0;
  bool complete = false;  // false: gave up at the limit
  std::string misuse;
};

// A program and, for each execution of it, the state it ended in. `body` resets what `final_state`
// reads.
struct observed_program {
  std::function<void()> body;
  std::function<std::string()> final_state;
};

// `r` names the threads: searches to be compared share one.
search_space search(const observed_program& p, engine::strategy& s, engine::runner& r,
                    std::size_t execution_limit);

// Both searches agree, and the reduced one ran each trace once. Returns what differs, or nothing.
std::string difference(const search_space& reduced, const search_space& naive);

// The reduced search ran no trace twice and none that is unknown, and each trace is a renaming of one that it
// ran. Returns what differs, or nothing.
std::string difference_up_to_renaming(const search_space& reduced, const search_space& naive);

struct tally {
  std::size_t compared = 0;
  std::size_t skipped = 0;  // over the reference's limit
  std::size_t executions = 0;
  std::size_t probes = 0;
  std::size_t traces = 0;  // of the reference
  std::size_t orbits = 0;
  std::size_t violated = 0;  // programs in which the reference finds a violation
};

// Searches the program with both strategies, unless the naive one needs too many executions. Returns what
// differs, or nothing.
std::string compare(const observed_program& p, tally& total, bool skip_seen_prefixes = true);

// What the environment variable says, NORN_PROGRAMS or NORN_SEED: a number, "10x" for ten times what is so by
// default, or "/20" for a twentieth of it, but at least 5. Throws std::invalid_argument where it says none of these.
std::uint64_t from_environment(const char* name, std::uint64_t by_default);

}  // namespace norn::reference
