#include <norn/scheduler/explore/replay_schedule.hpp>

#include <algorithm>

#include <norn/scheduler/explore/deadlock_report.hpp>
#include <norn/scheduler/explore/narrate.hpp>
#include <norn/scheduler/explore/nondeterminism.hpp>
#include <norn/scheduler/explore/runner_settings.hpp>
#include <norn/scheduler/explore/watch.hpp>
#include <norn/scheduler/explore/within_body.hpp>
#include <norn/scheduler/strategy/replay.hpp>

namespace norn {

using namespace engine;

namespace {

// What came at a step: "store total, of adder/0".
std::string operation_at(const counterexample& trace, std::size_t number) {
  const trace_step& s = trace.steps[number - 1];
  return s.operation + (s.object.empty() ? "" : " " + s.object) + ", of " + s.thread;
}

std::string describe(const step_range& part, const counterexample& trace) {
  const std::string first = std::to_string(part.first);
  if (part.first == part.last) {
    return "step " + first + ": expected another operation or object, came " +
           operation_at(trace, part.first);
  }
  return "one of the steps " + first + " to " + std::to_string(part.last) +
         ": expected another operation or object; these begin with " +
         operation_at(trace, part.first);
}

// The first misfit. The schedule's own steps may go on to fit for a while after it.
std::optional<std::string> misfit(const replay_strategy& follows, const fingerprint& recorded,
                                  const schedule& wanted, const counterexample& came) {
  if (const auto part = parting(recorded, wanted.size(), came.schedule)) {
    return describe(*part, came);
  }
  if (const auto d = follows.diverged()) return describe(*d);
  return std::nullopt;
}

// Of a deadlock, who waits for whom: the runner knows no names while it only explores.
std::string message_of(const violation& v, const runner& r, const execution& done) {
  if (v.property != "no_deadlock") return v.message;
  const std::string circle = circle_text(r, waits_of(r, done));
  return v.message + (circle.empty() ? "" : ": " + circle);
}

}  // namespace

replay_result replay(const program& body, const explore_options& options, const schedule& wanted,
                     const fingerprint& recorded, std::string_view property, std::size_t break_at) {
  refuse_within_a_body();
  runner::settings settings = runner_settings(options);
  settings.narrate = true;
  settings.break_at = break_at;
  settings.depth =
      std::max<std::uint32_t>(settings.depth, static_cast<std::uint32_t>(wanted.size()));
  runner r(settings);
  const watch guard(r, options.name, settings.depth);
  replay_strategy follows(wanted);
  follows.begin_execution();
  const execution* ran = &r.run(body, follows);
  // What the beginning of the execution should have recorded is known at its end (architecture.md, observation).
  if (r.observed_more() && break_at == 0) {
    follows.begin_execution();
    ran = &r.run(body, follows);
  }
  const execution& done = *ran;
  // Misuse ends an execution before its schedule does.
  if (r.misuse().empty()) follows.end_execution(done);

  replay_result result;
  result.trace = narrate(r, done);
  result.refused = misfit(follows, recorded, wanted, result.trace);
  if (result.refused) return result;
  if (!r.misuse().empty()) {
    result.misuse = r.misuse();
    return result;
  }
  for (const violation& v : r.violations()) {
    if (result.violated || (!property.empty() && v.property != property)) continue;
    result.violated = true;
    result.trace.property = v.property;
    result.trace.message = message_of(v, r, done);
  }
  return result;
}

}  // namespace norn
