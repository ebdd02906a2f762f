// Verdict: what a check came to, how far it was checked, and the counterexample where there is one.
// Plain values: reports turn them into text, nothing here formats for a reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <norn/scheduler/trace/schedule.hpp>

namespace norn {

enum class conclusion : std::uint8_t {
  holds,               // in the whole space of this configuration
  holds_within_bound,  // in all that a declared bound let through
  sampled,             // in every execution that was drawn; nothing is claimed of the others
  violated,
  inconclusive,  // a budget ran out before the search was complete
  misuse,        // the test is wrong: nondeterministic, blocks outside the scheduler, ...
};

// "holds", "holds_within_bound", ... as in JSON.
std::string_view name_of(conclusion c);
std::optional<conclusion> conclusion_named(std::string_view name);

// What ended a search before it was complete. `none`: nothing did.
enum class bound_kind : std::uint8_t { none, executions, time, depth, preemptions, interrupted };
std::string_view name_of(bound_kind b);

// What a search may spend. 0: no limit. Each is a bound of its own and is named in the verdict.
struct bounds {
  std::uint64_t executions = 0;
  double time_seconds = 0;
  std::uint32_t depth = 10'000;                             // steps of one execution
  std::optional<std::uint32_t> preemptions = std::nullopt;  // of one execution; strategy bounded
};

// What was run, and how long that took.
struct effort {
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  double seconds = 0;
};

struct statistics {
  std::uint64_t executions = 0;  // complete ones, a Mazurkiewicz trace each
  std::uint64_t blocked = 0;     // cut off as redundant
  std::uint64_t too_deep = 0;    // cut off by the depth bound
  std::uint64_t steps = 0;       // over all of these
  // Prefixes run to learn an outcome, and dropped, and repeated runs (glossary).
  std::uint64_t probes = 0;
  std::uint64_t probe_steps = 0;
  double seconds = 0;       // of all of these
  bool met_groups = false;  // of equal threads
  // After the search, on its violations: each is run again, shrunk and held against schedules that pass.
  effort shrinking;
};

// A lock that a thread holds, by itself or with its process.
struct held_lock {
  std::string thread;
  std::string type;  // "mutex", "flock"
  std::string name;  // as steps name it
  std::string mode;  // "shared", "bytes 0 to 9"; empty where there is one way only

  friend bool operator==(const held_lock&, const held_lock&) = default;
};

// Why a step is of another thread than the one before: what became of that thread.
struct thread_switch {
  enum class reason : std::uint8_t {
    preempted,  // it could have gone on
    waits,      // its next operation cannot go on yet
    ended,
    failed,  // it was stopped by a failure
  };
  reason why = reason::preempted;
  std::string waits_at;   // the operation: "lock"
  std::string waits_for;  // its object
  std::string held_by;    // the thread that could open it, where that is known
};

// One step of a narrated execution.
struct trace_step {
  std::size_t number = 0;  // from 1
  std::string thread;      // "worker/0"
  std::string process;
  std::string host;
  std::string operation;  // "lock"
  std::string object;     // "ledger_lock"
  std::string arguments;
  std::string result;
  std::string changes;
  std::string file;
  int line = 0;
  std::string clock;               // virtual time where the model has one
  std::string kind = "operation";  // "operation" | "choice" | "fault"
  std::uint16_t alternative = 0;
  std::uint16_t alternatives = 1;
  std::vector<held_lock>
      locks;  // that the thread holds after the step, in the order of taking them
  // Of the thread of the step before; nothing where this is the same thread, and of the first step.
  std::optional<thread_switch> left;
  // The latest step of another thread that it depends on, where nothing else orders the two.
  std::optional<std::size_t> conflicts_with;

  bool preempts() const { return left && left->why == thread_switch::reason::preempted; }
};

// A thread that never finished, and why.
struct blocked_thread {
  std::string thread;
  std::string operation;
  std::string object;
  std::string held_by;  // the thread that could open the object, where that is known
  std::string file;
  int line = 0;
};

// Of the executions that break nothing, one that differs from a counterexample by few reorderings.
struct nearest_passing {
  std::size_t earlier = 0;      // this step of the counterexample comes after the one below
  std::size_t later = 0;        // its number there; 0 where the counterexample ends before it
  trace_step moved;             // the same, as it is in the passing execution
  std::size_t reorderings = 0;  // pairs of conflicting steps that come in the other order
  std::vector<trace_step> steps;
  engine::schedule schedule;  // threads numbered in order of creation
};

struct counterexample {
  std::string property;
  std::string message;
  std::vector<trace_step> steps;
  std::vector<std::string> threads;  // every thread of the execution, in order of creation
  std::vector<blocked_thread> blocked_threads;
  std::vector<held_lock> locks;  // that are held at the end, in the order of taking them
  std::size_t preemptions = 0;
  std::size_t found_steps = 0;        // length when found; equal to steps.size() until shrunk
  std::uint64_t found_execution = 0;  // counted from 1
  engine::schedule schedule;          // threads numbered in order of creation
  std::uint64_t fingerprint = 0;  // of the (thread, operation, object) sequence along the schedule
  std::optional<norn::nearest_passing> nearest_passing;
};

struct property_verdict {
  std::string property;
  conclusion verdict = conclusion::holds;
  std::string message;  // of a violation or a misuse; empty otherwise
  std::optional<norn::counterexample> counterexample;
};

// A fault that the environment may inject, and how often in one execution.
struct fault_budget {
  std::string kind;  // "crashes"
  std::uint32_t budget = 0;
};

// Everything that one search decided.
struct search_result {
  std::vector<property_verdict> properties;  // those asked for, then others that were violated
  statistics stats;
  bool complete = false;  // the search ended by itself
  bound_kind bound_hit = bound_kind::none;
  norn::bounds limits;
  std::string strategy;
  std::vector<fault_budget> faults;  // one for each kind that the program declared
  std::optional<std::string>
      misuse;  // set when the test itself is wrong; every verdict is then `misuse`
};

}  // namespace norn
