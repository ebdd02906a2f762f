// Results made by hand, for the tests of reports.
#pragma once

#include <string>

#include <norn/report/check_result.hpp>

namespace norn::sample {

inline trace_step step(std::size_t number, std::string thread, std::string operation,
                       std::string object, std::string result, std::string changes, int line) {
  trace_step s;
  s.number = number;
  s.thread = std::move(thread);
  s.operation = std::move(operation);
  s.object = std::move(object);
  s.result = std::move(result);
  s.changes = std::move(changes);
  s.file = "src/bank.cpp";
  s.line = line;
  return s;
}

// Two tellers add one to a total; the second writes over what the first wrote.
inline counterexample lost_update() {
  counterexample c;
  c.property = "total_kept";
  c.message = "total == 2 (left 1, right 2)";
  c.steps = {step(1, "teller/0", "load", "total", "0", "", 41),
             step(2, "teller/1", "load", "total", "0", "", 41),
             step(3, "teller/1", "store", "total", "", "total 0→1", 42),
             step(4, "teller/0", "store", "total", "", "total 1→1", 42)};
  c.steps[1].left = thread_switch{};
  c.steps[3].left = thread_switch{thread_switch::reason::ended, {}, {}, {}};
  c.steps[2].arguments = "(1)";
  c.steps[3].arguments = "(1)";
  c.steps[2].conflicts_with = 1;
  c.steps[3].conflicts_with = 3;
  c.threads = {"main", "teller/0", "teller/1"};
  c.preemptions = 1;
  c.found_steps = 4;
  c.found_execution = 7;
  c.schedule = {{engine::thread_id{1}, 0, 0},
                {engine::thread_id{2}, 0, 0},
                {engine::thread_id{2}, 0, 0},
                {engine::thread_id{1}, 0, 0}};
  c.fingerprint = 1;
  return c;
}

// Two threads that each hold what the other one wants.
inline counterexample embrace() {
  counterexample c;
  c.steps = {step(1, "teller/0", "lock", "left", "", "", 50),
             step(2, "teller/1", "lock", "right", "", "", 60),
             step(3, "teller/1", "load", "total", "0", "", 61),
             step(4, "teller/0", "load", "total", "0", "", 51)};
  const held_lock left{"teller/0", "mutex", "left", ""};
  const held_lock right{"teller/1", "shared_mutex", "right", "shared"};
  c.steps[0].locks = c.steps[3].locks = {left};
  c.steps[1].locks = c.steps[2].locks = {right};
  c.steps[1].left = thread_switch{};
  c.steps[3].left = thread_switch{thread_switch::reason::waits, "lock", "left", "teller/0"};
  c.locks = {left, right};
  c.threads = {"main", "teller/0", "teller/1"};
  c.blocked_threads = {{"teller/1", "lock", "left", "teller/0", "src/bank.cpp", 62}};
  return c;
}

// What a teller had written was not on disk yet; the teller is killed on the way to put it there.
inline counterexample power_failure() {
  counterexample c;
  c.steps = {step(1, "teller/0", "store", "total", "", "total 0→1", 42),
             step(2, "teller/1", "load", "total", "1", "", 41),
             step(3, "environment", "power failure of", "web", "", "total 1→0 (not on disk)", 0),
             step(4, "teller/0", "fsync", "file", "killed", "", 43),
             step(5, "teller/1", "load", "total", "0", "", 41)};
  c.steps[0].arguments = "(1)";
  c.steps[2].kind = "fault";
  c.steps[2].file = "";
  c.steps[2].left = c.steps[3].left = thread_switch{};
  c.steps[4].left = thread_switch{thread_switch::reason::failed, {}, {}, {}};
  c.threads = {"main", "environment", "teller/0", "teller/1"};
  return c;
}

inline check_result result(conclusion verdict = conclusion::holds,
                           conclusion expected = conclusion::holds) {
  check_result r;
  r.name = "bank/buggy@2thread:total_kept";
  r.protocol = "bank";
  r.variant = "buggy";
  r.deployment = "2thread";
  r.expected = expected;
  r.decided.property = "total_kept";
  r.decided.verdict = verdict;
  r.stats.executions = 1'234;
  r.stats.steps = 5'678;
  r.stats.seconds = 0.5;
  r.complete = true;
  r.strategy = "exhaustive";
  return r;
}

inline check_result violated_result(conclusion expected = conclusion::holds) {
  check_result r = result(conclusion::violated, expected);
  r.decided.counterexample = lost_update();
  r.decided.message = r.decided.counterexample->message;
  return r;
}

}  // namespace norn::sample
