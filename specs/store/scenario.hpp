// Scenario: a deployment of the store, run once, and what must hold of it.
//
//   final_count   the file holds a ticket for each create that succeeded
//   ids_unique    no two successful creates were given the same id, and the file holds no id twice
//   reads_parse   every read sees a version that was committed
#pragma once

#include <cstddef>
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
  int writers = 1;               // threads of each process that create
  int readers = 0;               // threads of the first process that list
  bool empty_directory = false;  // no file of an earlier run is there
};

// What the writers were answered, each in its own place: nothing for an error.
using answers = std::vector<std::optional<std::string>>;

// The files of an earlier run, without a ticket.
void install(versions& seen);

// Decides final_count and ids_unique. Requires: nobody uses the store any more.
void require_consistent(const answers& given);

template <class Store>
void run(const deployment& d) {
  versions seen;
  if (!d.empty_directory) install(seen);
  answers given(static_cast<std::size_t>(d.processes) * static_cast<std::size_t>(d.writers));
  std::vector<thread> threads;
  for (int p = 0; p < d.processes; ++p) {
    const process service =
        d.processes == 1 ? process::current() : process("service/" + std::to_string(p));
    for (int w = 0; w < d.writers; ++w) {
      const auto number = static_cast<std::size_t>(p * d.writers + w);
      threads.push_back(service.spawn("writer/" + std::to_string(number), [&given, &seen, number] {
        given[number] = Store(seen).create();
      }));
    }
  }
  for (int r = 0; r < d.readers; ++r) {
    threads.push_back(thread("reader", r, [&seen] { Store(seen).list(); }));
  }
  for (thread& each : threads) each.join();
  require_consistent(given);
}

}  // namespace norn::store
