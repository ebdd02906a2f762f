// Deployment: the shape in which a protocol runs, read from its name, which is words joined by `-`:
//
//   2thread          so many threads, of each process
//   loop             one event loop of asyncio, of each process, with two tasks
//   3task            the same with so many tasks
//   2loop            so many event loops, of each process, each in a thread of its own, with one task each
//   2pool            so many threads in the pool of each loop; 32 otherwise
//   cancel           whoever waits for one of the tasks, of the first loop, goes away: it is cancelled, at any moment
//   2proc            so many processes, on one machine
//   2host            so many processes, each on a machine of its own, over a network file system whose
//                    locks the processes of one machine share; with `locks`, all do
//   crash            the machine with all processes crashes, at any moment; not with `Nhost`
//   kill             the first process alone crashes; not with `Nhost`
//   timed            operations take the times that they say, and no other: searched in timed mode
//   ext4, noauto_da_alloc
//                    what survives a crash: as on ext4, and as on ext4 without that option; POSIX otherwise
//   empty            nothing was installed before
//
// Other words are modifiers of the protocol (protocol.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <norn/model/io/file_system.hpp>

namespace norn::kit {

struct deployment {
  enum class failing { nothing, process, host };

  std::string name;
  int threads = 1;  // of each process; with event loops, tasks
  int loops = 0;    // of each process; 0: its threads are threads
  int pool = 32;    // threads of each loop
  int processes = 1;
  bool on_hosts_of_their_own = false;
  failing crash = failing::nothing;
  io::storage disk = io::storage::posix;
  std::vector<std::string> modifiers;  // the words that are no count

  int actors() const { return threads * processes; }
  bool has(std::string_view modifier) const;
  bool crashes() const { return crash != failing::nothing; }
  // Ten threads and more of one process are equals: their orders are explored up to renaming.
  bool symmetric() const { return threads >= 10 && processes == 1 && loops == 0 && !crashes(); }
};

// Throws bad_input for a word that is neither standard nor among `own`, that comes twice or does not go with the
// others, and where no word says how many.
deployment parse_deployment(const std::string& name, const std::vector<std::string>& own);

}  // namespace norn::kit
