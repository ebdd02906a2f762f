#include <norn/model/thread/faults.hpp>

#include <utility>

#include <norn/model/thread/machines.hpp>
#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind declare_kind{"may strike"};
constexpr operation_kind crash_kind{.name = "crash", .reach = reach::unknown};
constexpr operation_kind restart_kind{"restart"};
constexpr operation_kind cease_kind{.name = "cease", .nothrow = true};
constexpr operation_kind await_kind{.name = "await the end of", .nothrow = true};

bool has_ended(std::uint64_t word, std::uint64_t) { return word != 0; }

void require_budget(const std::string& name, int times) {
  if (times >= 1) return;
  halt_as_misuse(name + " is declared to strike " + std::to_string(times) +
                 " times: give it a budget of at least 1, or leave it out");
}

void describe_crash(point& p, std::size_t killed) {
  p.describe([&](narration& n) {
    n.result = killed == 0
                   ? "nothing was running"
                   : "killed " + std::to_string(killed) + (killed == 1 ? " thread" : " threads");
  });
}

void describe_too_late(point& p) {
  p.describe([](narration& n) { n.result = "does not strike"; });
}

// What the kernel takes back of a process that has crashed; there is one way to do it.
void take_parts(point& p, process_record& of) {
  of.parts.outcomes();
  of.parts.lose(p, 0);
}

std::size_t kill_processes(point& p, host_record& on) {
  std::size_t killed = 0;
  for (process_record* each : machines::now().processes_on(on)) {
    if (each->lifeline == nullptr) continue;
    if (p.word(*each->lifeline) != 0) {  // killed before
      p.read(*each->lifeline);
      continue;
    }
    killed += p.kill(*each->lifeline);
    // One that has ended belongs to the past, too; one that has not begun does not.
    if (!each->has_threads) continue;
    p.set_word(*each->lifeline, 1);
    take_parts(p, *each);
  }
  return killed;
}

}  // namespace

faults::faults() : state_("faults") {
  if (!process::current().is_body_s_own()) {
    halt_as_misuse("faults are declared in process " + process::current().name() +
                   ": declare them in the body's own, which nothing strikes");
  }
}

faults::~faults() {
  if (!unwinding() && word_of(state_) == 0) cease({});
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
      [this, target = of, again = std::move(again), &what, where](source& by) mutable {
        if (!strike(target, what, where)) return false;
        if (!again) return true;
        target = process(target.on(), target.name());
        machines::now().make_mortal(*target.record_);
        by.start_again(
            target.name(), [again, target] { again(target); }, where);
        return true;
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
      [this, target = of, again = std::move(again), &what, where](source& by) {
        if (!strike(target, what, where)) return false;
        if (again) {
          by.start_again(
              target.name(), [again, target] { again(target); }, where);
        }
        return true;
      },
      where);
}

void faults::inject(const std::string& name, int times, const operation_kind& step,
                    const object& on, effect strikes, undoing undo, here where) {
  require_budget(name, times);
  undo_.push_back(std::move(undo));
  add(
      name, times,
      [this, &step, &on, strikes = std::move(strikes), where](source&) {
        point p{step, on, where};
        const bool struck = !over(p) && strikes(p);
        if (!struck) describe_too_late(p);
        return struck;
      },
      where);
}

void faults::add(const std::string& name, int times, striking strike, here where) {
  point p{declare_kind, where};
  source& added = sources_.emplace_back();
  auto body = [times, &added, strike = std::move(strike)] {
    set_place(no_process, "environment", "");
    for (int i = 0; i < times && strike(added); ++i) {
    }
  };
  added.thread = spawn(name, -1, std::move(body), thread_role::environment);
  p.describe([&](narration& n) { n.arguments = "(" + name + ")"; });
}

// One step: the crash, and what the kernel does about it.
bool faults::strike(process& target, declared_fault& what, here where) {
  process_record& of = *target.record_;
  point p{crash_kind, *of.lifeline, where};
  if (over(p)) {
    describe_too_late(p);
    return false;
  }
  const std::size_t killed = p.kill(*of.lifeline);
  if (killed != 0) take_parts(p, of);
  describe_crash(p, killed);
  what.struck = what.struck || killed != 0;
  return killed != 0;
}

// The same for every process on it, and then the files.
bool faults::strike(const host& target, declared_fault& what, here where) {
  host_record& of = *target.record_;
  point p{crash_kind, *of.power, where};
  if (p.word(state_) != 0) {
    over(p);
    describe_too_late(p);
    return false;
  }
  const std::uint32_t outcomes = of.parts.outcomes();
  if (outcomes > UINT16_MAX) {
    halt_as_misuse("a crash of " + of.name +
                   " may leave more than 65,535 states: sync more often, or write less between two "
                   "syncs");
  }
  const std::uint16_t outcome = p.choose(outcomes);
  over(p);
  p.write(*of.power);
  const std::size_t killed = kill_processes(p, of);
  of.parts.lose(p, outcome);
  describe_crash(p, killed);
  what.struck = true;
  return true;
}

void faults::source::start_again(const std::string& name, std::function<void()> body, here where) {
  point p{restart_kind, where};
  restarted.push_back(spawn("restart of " + name, -1, std::move(body)));
  p.describe([&](narration& n) { n.arguments = "(" + name + ")"; });
}

void faults::cease(here where) {
  {
    point p{cease_kind, state_, where};
    p.write(state_);
    p.set_word(state_, 1);
    for (const undoing& undo : undo_) undo(p);
  }
  for (const source& each : sources_) {
    await_end(each.thread, where);
    for (const thread_id t : each.restarted) await_end(t, where);
  }
}

void faults::await_end(thread_id t, here where) {
  const object_slot end = end_of(t);
  point p{await_kind, end, where, guard{end, has_ended, 0, false}};
  p.read(end);
  p.acquire(end);
}

}  // namespace norn
