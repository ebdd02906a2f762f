// Crash: the threads of one process create a run each, and it or its host crashes at some moment; then the service is there again
// and creates another run.
//
//   ids_injective              no id is given twice, not by the service that came back either
//   manifest_implies_snapshot  after the crash, who finds a manifest finds its run's snapshot, whole
//   acknowledged_durable       a run that a writer was told of is there, with its own manifest and snapshot
#pragma once

#include <map>
#include <string>
#include <vector>

#include <norn/model/io/system_calls.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/specs/runs/scenario.hpp>

namespace norn::runs {

struct crash_deployment {
  bool of_host = true;  // or of the process alone
  io::storage disk = io::storage::posix;
  deployment before{};  // its first process is the service; no readers
};

// Which part the run of an id is of, as the writers were told: state of the specification.
using told_runs = ghost<std::map<std::string, std::string>>;

// Decides ids_injective, and remembers the id.
void note_told(const std::string& id, const std::string& part, told_runs& runs);

// Decides acknowledged_durable.
void require_kept(const std::vector<found_run>& found, const told_runs& runs);

template <class Runs>
void run_crash(const crash_deployment& d) {
  const host server{"server"};
  io::set_storage(server, d.disk);
  process(server, "installation").run("install", [&] { install(d.before); });
  const process service{server, "service"};
  told_runs runs{{}, "told"};
  faults world;
  if (d.of_host) {
    world.crash(server);
  } else {
    world.crash(service);
  }
  if (d.before.midnights != 0) may_pass_midnight(world, server, d.before.midnights);
  Runs before;
  std::vector<thread> writers;
  for (int w = 0; w < d.before.writers; ++w) {
    writers.push_back(service.spawn("writer/" + std::to_string(w), [&, part = part_name(w)] {
      if (const auto id = before.create(part)) note_told(*id, part, runs);
    }));
  }
  for (thread& each : writers) each.join();
  world.cease();
  process(server, "service again").run("after", [&] {
    Runs after;
    const std::vector<found_run> found = after.list();
    require_snapshots(found);
    require_kept(found, runs);
    const std::string part = part_name(d.before.writers);
    if (const auto id = after.create(part)) note_told(*id, part, runs);
  });
}

}  // namespace norn::runs
