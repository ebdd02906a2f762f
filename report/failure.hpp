// Failure: the text that a person reads of a check that did not come to `holds`: what was violated,
// the trace in columns, who is blocked, what was explored, and how to run it again.
//
//   VIOLATED  bank/buggy@2thread:total_kept    total == 100 (left 90, right 100)
//   4 steps, 1 preemption · execution 7 · exhaustive
//     #  teller/0          teller/1             changes
//     1  load total → 100                                         bank.cpp:41
//        ── preempted ──
//     2                    store(90) on total   total 100→90      bank.cpp:42
//   explored 7 executions, 29 steps, 0.00 s; stopped once decided
//   shrinking: 31 executions, 140 steps, 0.00 s
//   replay:  norn replay v1:bank/buggy@2thread:total_kept:AQ4…
#pragma once

#include <string>

#include <norn/report/check_result.hpp>

namespace norn {

enum class trace_detail { columns, full };

struct failure_style {
  std::size_t width = 100;  // of a line, in columns; only words that have no space go beyond it
  bool color = false;
  trace_detail detail = trace_detail::columns;
  // What stands before the token in the line that says how to replay: "norn replay ".
  std::string replay_command = "norn replay ";
  bool exploration = true;  // false: of a replay, which explored nothing
};

// Several lines, each with its end. Requires: the result is violated, misused, or of a
// replay that violates nothing any more (`holds`).
std::string failure_text(const check_result& result, const failure_style& style);

// What to do about a token whose schedule the program does not follow: to go below what differs.
std::string causes_of_a_misfit();

// In single quotes if a shell would take it apart otherwise.
std::string shell_quoted(const std::string& word);

}  // namespace norn
