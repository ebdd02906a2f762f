#include <norn/model/thread/faults.hpp>

#include <exception>
#include <utility>

#include <norn/model/thread/machines.hpp>
#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn {

namespace {

constexpr operation_kind declare_kind{"may strike"};
constexpr operation_kind crash_kind{"crash", true};
constexpr operation_kind restart_kind{"restart"};
constexpr operation_kind cease_kind{"cease", false, true};
constexpr operation_kind await_kind{"await the end of", false, true};

bool has_ended(std::uint64_t word, std::uint64_t) { return word != 0; }

void require_budget(const std::string& name, int times) {
  if (times >= 1) return;
  halt_as_misuse(name + " is declared to strike " + std::to_string(times) +
                 " times: give it a budget of at least 1, or leave it out");
}

void describe_crash(point& p, std::size_t killed) {
  p.describe([&](narration& n) {
    n.result = killed == 0 ? "nothing was running"
                           : "killed " + std::to_string(killed) +
                                 (killed == 1 ? " thread" : " threads");
  });
}

void describe_too_late(point& p) {
  p.describe([](narration& n) { n.result = "does not strike"; });
}

}  // namespace

faults::faults() : state_("faults") {}

faults::~faults() {
  if (!unwinding() && std::uncaught_exceptions() == 0 && word_of(state_) == 0) cease({});
}

bool faults::over(point& p) const {
  p.read(state_);
  return p.word(state_) != 0;
}

void faults::crash(const process& of, int times, restart again, here where) {
  const std::string name = "crash of " + of.name();
  require_budget(name, times);
  machines::now().make_mortal(*of.record_);
  declared_fault& what = declare_fault("crashes", name, static_cast<std::uint32_t>(times));
  add(
      name, times,
      [this, target = of, again = std::move(again), &what, where]() mutable {
        return strike(target, again, what, where);
      },
      where);
}

void faults::crash(const host& of, int times, reboot again, here where) {
  const std::string name = "crash of " + of.name();
  require_budget(name, times);
  machines::now().make_mortal(*of.record_);
  declared_fault& what = declare_fault("crashes", name, static_cast<std::uint32_t>(times));
  add(
      name, times,
      [this, target = of, again = std::move(again), &what, where] {
        return strike(target, again, what, where);
      },
      where);
}

void faults::inject(const std::string& name, int times, const operation_kind& step,
                    const object& on, effect strikes, here where) {
  require_budget(name, times);
  add(
      name, times,
      [this, &step, &on, strikes = std::move(strikes), where] {
        point p{step, on, where};
        const bool struck = !over(p) && strikes(p);
        if (!struck) describe_too_late(p);
        return struck;
      },
      where);
}

void faults::add(const std::string& name, int times, std::function<bool()> strike, here where) {
  point p{declare_kind, where};
  environment_.push_back(spawn_environment(name, [times, strike = std::move(strike)] {
    set_place("environment", "");
    for (int i = 0; i < times && strike(); ++i) {
    }
  }));
  p.describe([&](narration& n) { n.arguments = "(" + name + ")"; });
}

// One step: the crash, and what the kernel does about it.
bool faults::strike(process& target, const restart& again, declared_fault& what, here where) {
  {
    process::record& of = *target.record_;
    point p{crash_kind, *of.life, where};
    if (over(p)) {
      describe_too_late(p);
      return false;
    }
    const std::size_t killed = p.kill(*of.life);
    of.parts.perish(p, 0);
    describe_crash(p, killed);
    if (killed == 0) return false;
    what.struck = true;
  }
  if (!again) return true;
  target = process(target.on(), target.name());
  machines::now().make_mortal(*target.record_);
  start_again(
      target.name(), [again, target] { again(target); }, where);
  return true;
}

bool faults::strike(const host& target, const reboot& again, declared_fault& what, here where) {
  {
    host::record& of = *target.record_;
    point p{crash_kind, *of.power, where};
    if (p.word(state_) != 0) {
      over(p);
      describe_too_late(p);
      return false;
    }
    const std::uint32_t outcomes = of.parts.outcomes();
    if (outcomes > UINT16_MAX) {
      halt_as_misuse("a crash of " + of.name +
                     " may leave more than 65,535 states: sync more often, or "
                     "write less between two syncs");
    }
    const std::uint16_t outcome = p.choose(outcomes);
    over(p);
    p.write(*of.power);
    std::size_t killed = 0;
    for (process::record* each : machines::now().processes_on(of)) {
      if (each->life == nullptr || p.word(*each->life) != 0) continue;
      killed += p.kill(*each->life);
      if (each->has_threads) p.set_word(*each->life, 1);
      each->parts.perish(p, 0);
    }
    of.parts.perish(p, outcome);
    describe_crash(p, killed);
    what.struck = true;
  }
  if (again)
    start_again(
        target.name(), [again, target] { again(target); }, where);
  return true;
}

void faults::start_again(const std::string& name, std::function<void()> body, here where) {
  point p{restart_kind, where};
  restarted_.push_back(spawn("restart of " + name, -1, std::move(body)));
  p.describe([&](narration& n) { n.arguments = "(" + name + ")"; });
}

void faults::cease(here where) {
  {
    point p{cease_kind, state_, where};
    p.write(state_);
    p.set_word(state_, 1);
  }
  for (const thread_id t : std::exchange(environment_, {})) await_end(t, where);
  for (const thread_id t : std::exchange(restarted_, {})) await_end(t, where);
}

void faults::await_end(thread_id t, here where) {
  const object_slot end = end_of(t);
  point p{await_kind, end, where, guard{end, has_ended, 0, false}};
  p.read(end);
  p.acquire(end);
}

}  // namespace norn
