// Crash: one process uses the store, and it or its host crashes at some moment; then the service is there
// again and creates another ticket.
//
//   old_or_new            after the crash the file is a version that was committed, as a whole
//   acknowledged_durable  a ticket that a writer was told of is in the file
//   ids_unique            no id is given twice, not by the service that came back either
//   reads_parse           every read sees a version that was committed
#pragma once

#include <set>
#include <string>
#include <vector>

#include <norn/model/io/system_calls.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/specs/store/scenario.hpp>
#include <norn/specs/store/versions.hpp>

namespace norn::store {

enum class crashing { process, host };

struct crash_deployment {
  crashing what = crashing::host;
  io::storage disk = io::storage::posix;
  int writers = 1;
  bool empty_directory = false;
};

// What the writers were told: state of the specification, which outlives them.
using told = ghost<std::set<std::string>>;

// Decides old_or_new and acknowledged_durable. Requires: nobody uses the store meanwhile.
void require_survival(const versions& seen, const told& ids, bool may_be_missing);

// Decides ids_unique.
void require_new(const std::optional<std::string>& id, const told& ids);

template <class Store>
void run_crash(const crash_deployment& d) {
  const host server{"server"};
  io::set_storage(server, d.disk);
  versions seen;
  if (!d.empty_directory) {
    process(server, "installation").run("install", [&] { install(seen); });
  }
  const process service{server, "service"};
  told ids{{}, "told"};
  faults world;
  if (d.what == crashing::host) {
    world.crash(server);
  } else {
    world.crash(service);
  }
  Store before(seen);
  std::vector<thread> writers;
  for (int w = 0; w < d.writers; ++w) {
    writers.push_back(service.spawn("writer/" + std::to_string(w), [&] {
      const auto id = before.create();
      if (!id) return;
      require_new(id, ids);
      ids.change([&](auto& all) { all.insert(*id); });
    }));
  }
  for (thread& each : writers) each.join();
  world.cease();
  process(server, "service again").run("after", [&] {
    require_survival(seen, ids, d.empty_directory);
    require_new(Store(seen).create(), ids);
  });
}

}  // namespace norn::store
