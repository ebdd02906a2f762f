// Scenario: a deployment of the store, run once, and what must hold of it.
//
//   final_count   the file holds a ticket for each create that succeeded
//   ids_unique    no two successful creates were given the same id, and the file holds no id twice
//   reads_parse   every read sees a version that was committed
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <norn/model/io/file.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/specs/store/review_store.hpp>
#include <norn/specs/store/versions.hpp>

namespace norn::store {

// Who uses the store. Every writer creates one ticket.
struct deployment {
  int processes = 1;
  bool on_hosts_of_their_own =
      false;  // clients of a network file system, which the body's host serves
  io::network_locks network_locks = io::network_locks::shared;
  int writers = 1;               // threads of each process that create
  int readers = 0;               // threads of the first process that list
  int lock_file_openers = 0;     // threads of the first process that look at the lock file
  bool empty_directory = false;  // no file of an earlier run is there
  bool symmetric = false;  // the writers are equals. Requires: one process, which nobody else uses
};

// What the writers were answered, each in its own place: nothing for an error.
using answers = std::vector<std::optional<std::string>>;

// The files of an earlier run, without a ticket.
void install(versions& seen);

// Opens the lock file and closes it again, as a backup or a health check does.
template <class System>
void look_at_lock_file() {
  System::file::open(lock_path, O_RDONLY).value().close().value();
}

// Where the service's process number p is.
process home_of(const deployment& d, int p);

// Decides final_count and ids_unique. Requires: nobody uses the store any more.
void require_consistent(const answers& given);

// Everybody does what he is there for. What the writers were answered.
template <class Store>
answers use(const deployment& d, versions& seen) {
  if (!d.empty_directory) install(seen);
  std::deque<Store> services;  // one for each process
  answers given(static_cast<std::size_t>(d.processes) * static_cast<std::size_t>(d.writers));
  std::vector<process> homes;
  for (int p = 0; p < d.processes; ++p) homes.push_back(home_of(d, p));
  if (d.symmetric) {
    Store& service = services.emplace_back(seen);
    homes.front()
        .spawn_equal("writer", d.writers,
                     [&](int w) { given[static_cast<std::size_t>(w)] = service.create(); })
        .join();
    return given;
  }
  std::vector<thread> threads;
  for (int p = 0; p < d.processes; ++p) {
    const process home = homes[static_cast<std::size_t>(p)];
    Store& service = services.emplace_back(seen);
    for (int w = 0; w < d.writers; ++w) {
      const auto number = static_cast<std::size_t>(p * d.writers + w);
      threads.push_back(home.spawn("writer/" + std::to_string(number), [&given, &service, number] {
        given[number] = service.create();
      }));
    }
    if (p != 0) continue;
    for (int r = 0; r < d.readers; ++r) {
      threads.push_back(home.spawn("reader/" + std::to_string(r), [&service] { service.list(); }));
    }
    for (int l = 0; l < d.lock_file_openers; ++l) {
      threads.push_back(
          home.spawn("looker/" + std::to_string(l), look_at_lock_file<files::model_system>));
    }
  }
  for (thread& each : threads) each.join();
  return given;
}

template <class Store>
void run(const deployment& d) {
  versions seen;
  require_consistent(use<Store>(d, seen));
}

}  // namespace norn::store
