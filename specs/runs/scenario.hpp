// Scenario: a deployment of the run directories, run once, and what must hold of it.
//
//   ids_injective               no two successful creates were given the same id
//   manifest_intact             the manifest found under an id in the end is that of the create that
//                               was given the id
//   manifest_implies_snapshot   who finds a manifest finds its run's snapshot, whole
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/specs/runs/run_directories.hpp>

namespace norn::runs {

// Who creates runs. Each create is of another part.
struct deployment {
  int processes = 1;
  int writers = 1;  // threads of each process that create
  int creates = 1;  // of each writer, one after the other
  int readers = 0;  // threads of the first process that list
  int last = 0;     // the number of the run that is there already; 0: none
  // How often the clock may step over midnight. It starts a minute after it, and steps back, then forward.
  int midnights = 0;
};

// A create that was told an id.
struct created {
  std::string id;
  std::string part;
};

// No two parts have a name of the same length: what is spliced of two documents is not whole.
// Requires: 0 <= number < 4.
std::string part_name(int number);

// What a deployment came to: the creates that succeeded, writer by writer, and what is there in the end.
struct outcome {
  std::vector<created> given;
  std::vector<found_run> found;
};

void install(const deployment& d);

void may_pass_midnight(faults& world, const host& on, int times);

// Decides manifest_implies_snapshot of what was found.
void require_snapshots(const std::vector<found_run>& found);

// Decides the other two.
void require_own_directories(const outcome& o);

template <class Runs>
void create_runs(Runs& runs, int first_part, int creates, std::vector<created>& given) {
  for (int i = 0; i < creates; ++i) {
    const std::string part = part_name(first_part + i);
    if (const auto id = runs.create(part)) given.push_back({*id, part});
  }
}

// Everybody does what he is there for.
template <class Runs>
outcome use(const deployment& d) {
  install(d);
  std::deque<Runs> services;               // one for each process
  std::deque<std::vector<created>> given;  // one for each writer
  std::vector<thread> threads;
  for (int p = 0; p < d.processes; ++p) {
    const process home =
        d.processes == 1 ? process::current() : process("service/" + std::to_string(p));
    Runs& service = services.emplace_back();
    for (int w = 0; w < d.writers; ++w) {
      const int number = p * d.writers + w;
      threads.push_back(home.spawn("writer/" + std::to_string(number),
                                   [&service, number, &d, &mine = given.emplace_back()] {
                                     create_runs(service, number * d.creates, d.creates, mine);
                                   }));
    }
  }
  for (int r = 0; r < d.readers; ++r) {
    threads.emplace_back("reader", r,
                         [&service = services.front()] { require_snapshots(service.list()); });
  }
  for (thread& each : threads) each.join();
  outcome o;
  for (const auto& mine : given) o.given.insert(o.given.end(), mine.begin(), mine.end());
  o.found = services.front().list();
  return o;
}

template <class Runs>
void run(const deployment& d) {
  std::optional<faults> world;
  if (d.midnights != 0) may_pass_midnight(world.emplace(), host::current(), d.midnights);
  const outcome o = use<Runs>(d);
  require_snapshots(o.found);
  require_own_directories(o);
}

}  // namespace norn::runs
