// Faults: what the environment may do to a program, each so many times and at any moment, ordered by the
// same search as everything else. A fault that strikes is a step of a trace.
//
//   norn::host server{"server"};
//   norn::process service{server, "service"};
//   norn::faults world;
//   world.crash(server);                              // power failure, once
//   service.run("writer", [&] { store.create(); });   // ends, or is killed
//   world.cease();                                    // from here on nothing strikes any more
//   ... what has to hold now ...
//
// A crash of a process takes its memory and its threads; the kernel closes its descriptors, which gives
// its flock and fcntl locks back; files and the page cache stay (exit(2), signal(7)). A crash of a host
// crashes its processes and loses what was not on the disk: what survives is a choice (io/file_crash_states.hpp, io/directory_crash_states.hpp).
//
// The process in which the body of the check runs is the observer: nothing strikes it. It learns of what
// others had done from files and from `ghost` state; whoever joins a thread that was killed goes on.
//
// A crash depends on every step of the processes that it kills, and on no other: each step changes the
// memory that the crash takes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/faults.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

class faults {
 public:
  using here = source_location;
  // Starts the process again: `again` is a new one of the same name on the same host, without threads.
  // Runs in a thread of its own, which nothing strikes.
  using restart = std::function<void(const process& again)>;
  using reboot = std::function<void(const host&)>;
  // A fault of a model's own. Performs the accesses of its step, and says whether it changed anything.
  using effect = std::function<bool(engine::point&)>;
  // What becomes of it when the faults cease.
  using undoing = std::function<void(engine::point&)>;

  faults();
  // Ceases, if `cease` has not been called.
  ~faults();
  faults(const faults&) = delete;
  faults& operator=(const faults&) = delete;

  // A crash of the process, up to `times` times; with `again`, it is started again after each. Misuse
  // where `times` is below 1, or the process is the body's own or has threads already. A scheduling
  // point. A process that has ended does not crash any more.
  void crash(const process& of, int times = 1, restart again = {}, here where = here::current());

  // A crash of the host, and with it of every process on it but the body's own. It comes up again at
  // once, with the files that survived; its processes do not, unless `again` starts new ones.
  void crash(const host& of, int times = 1, reboot again = {}, here where = here::current());

  // For models (io/device_faults.hpp): at any moment, up to `times` times, `strikes`. `name` is what the thread of
  // the environment is called. `step` is adaptive: it does nothing once the faults have ceased.
  void inject(const std::string& name, int times, const engine::operation_kind& step,
              const engine::object& on, effect strikes, undoing undo, here where);

  // From here on nothing strikes. Waits until all that was restarted has ended. Two scheduling points and
  // more.
  void cease(here where = here::current());

  // For models: whether the faults have ceased, and the read of it.
  bool over(engine::point& p) const;

 private:
  // A thread of the environment, and those that have started again what it had struck.
  struct source {
    engine::thread_id thread{};
    std::vector<engine::thread_id> restarted;

    void start_again(const std::string& name, std::function<void()> body, here where);
  };
  using striking = std::function<bool(source&)>;

  // A thread that calls `strike` until it says no, `times` times at most.
  void add(const std::string& name, int times, striking strike, here where);
  bool strike(process& target, engine::declared_fault& what, here where);
  bool strike(const host& target, engine::declared_fault& what, here where);
  static void await_end(engine::thread_id t, here where);

  engine::object state_;  // its word: whether they have ceased
  std::deque<source> sources_;
  std::vector<undoing> undo_;
};

}  // namespace norn
