// Run directories: each run of an analysis gets a directory of its own, `analysis_runs/run_001`,
// `run_002`, …, with a snapshot of what was analysed and a manifest that says the run is complete.
// The next number is found by looking at the directories that are there.
//
// The protocol is written down once. What a variant may do otherwise is the parts that it is built
// from (variants.hpp).
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <norn/specs/files/locks.hpp>
#include <norn/specs/files/saving.hpp>
#include <norn/specs/files/system.hpp>

namespace norn::runs {

inline constexpr const char* runs_path = "analysis_runs";
inline constexpr const char* lock_path = "analysis_runs.lock";
inline constexpr const char* snapshot = "snapshot.json";
inline constexpr const char* manifest = "manifest.json";

// `run_007`: what ids begin with and a number, of three digits at least.
inline constexpr const char* plain_prefix = "run_";
std::string id_of(int number, const std::string& prefix = plain_prefix);
// `run_20261121_`.
std::string prefix_of_day(
    std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds> t);
std::string path_of(const std::string& id, const std::string& document = "");
// What the documents of a run say: which run it is, and which part was analysed.
std::string text_of(const std::string& id, const std::string& part);

// --- parts ---

// What the ids begin with among which a create looks for the highest number, and what its own begins with.
struct undated {
  static std::string looks_for() { return plain_prefix; }
  static std::string makes(const std::string& looked_for) { return looked_for; }
};
// Numbers begin anew each day. The day is read once.
template <class System>
struct dated {
  static std::string looks_for() { return prefix_of_day(System::now()); }
  static std::string makes(const std::string& looked_for) { return looked_for; }
};
// The day is read again for the name.
template <class System>
struct dated_twice {
  static std::string looks_for() { return prefix_of_day(System::now()); }
  static std::string makes(const std::string&) { return prefix_of_day(System::now()); }
};

// Which names of directories are taken for runs: after the prefix `(\d+)` and `(\d{3})`, in full.
struct any_digits {
  static std::optional<int> number_of(const std::string& name,
                                      const std::string& prefix = plain_prefix);
};
struct three_digits {
  static std::optional<int> number_of(const std::string& name,
                                      const std::string& prefix = plain_prefix);
};

// mkdir(exist_ok=True): done, too, when the directory was there.
template <class System>
struct exist_ok {
  static bool make(const std::string& path) {
    const io::result<void> made = System::mkdir(path);
    return made.ok() || made.error() == EEXIST;
  }
};
// Done only by who made it: the others look again.
template <class System>
struct exclusive {
  static bool make(const std::string& path) { return System::mkdir(path).ok(); }
};

// The directory's name is on the disk, too, before a run of this id can be told.
template <class System, class Making>
struct synced_make {
  static bool make(const std::string& path) {
    if (!Making::make(path)) return false;
    files::sync_directory<System>(files::directory_of(path));
    return true;
  }
};

// The order in which the documents are written.
struct written {
  const char* first;
  const char* second;
};
struct snapshot_first {
  static constexpr written order{snapshot, manifest};
};
struct manifest_first {
  static constexpr written order{manifest, snapshot};
};

// The steps of a create that the lock is held over.
struct cover {
  bool scan = true;
  bool make = true;
  bool write = true;
};

// --- the protocol ---

// A run as a reader finds it: nothing for a document that is not there.
struct found_run {
  std::string id;
  std::optional<std::string> manifest;
  std::optional<std::string> snapshot;
};

// What the threads of one process use; each process has its own.
template <class System, class Lock, cover Held, class Pattern, class Making, class Order,
          class Saving, class Dating = undated>
class run_directories {
 public:
  // The id of the new run; nothing when a document could not be put in place.
  std::optional<std::string> create(const std::string& part) {
    files::holding<Lock> held(lock_);
    std::string id;
    do {
      held.over(Held.scan);
      id = next_id();
      held.over(Held.make);
    } while (!Making::make(path_of(id)));
    held.over(Held.write);
    for (const char* document : {Order::order.first, Order::order.second}) {
      if (!Saving::save(path_of(id, document), text_of(id, part), [] {})) return std::nullopt;
    }
    return id;
  }

  // What a page that lists the runs does: of each, the manifest and then, if there is one, the
  // snapshot. Takes no lock.
  std::vector<found_run> list() {
    std::vector<found_run> found;
    for (const std::string& id : names()) {
      found_run& run = found.emplace_back(found_run{id, read(path_of(id, manifest)), {}});
      if (run.manifest) run.snapshot = read(path_of(id, snapshot));
    }
    return found;
  }

 private:
  std::vector<std::string> names() { return System::readdir(runs_path).value(); }

  std::string next_id() {
    const std::string prefix = Dating::looks_for();
    int highest = 0;
    for (const std::string& name : names()) {
      highest = std::max(highest, Pattern::number_of(name, prefix).value_or(0));
    }
    return id_of(highest + 1, Dating::makes(prefix));
  }

  std::optional<std::string> read(const std::string& path) {
    auto opened = System::file::open(path, O_RDONLY);
    if (!opened) return std::nullopt;
    auto in = std::move(opened).value();
    return in.read_rest().value();
  }

  Lock lock_{lock_path};
};

}  // namespace norn::runs
