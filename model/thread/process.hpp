// Process: memory and descriptors of its own, on one host. A thread belongs to the process that it
// was spawned in, or else to its creator's; threads of one process share all that the process owns.
// Every execution has one process from the start, in which the body of the check runs.
//
//   norn::host web{"web"};
//   norn::process worker{web, "worker"};
//   norn::thread first = worker.spawn("main", [&] { ... });
//   first.join();
//
// A `process` value only refers to the process, which lives until the execution ends.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <norn/model/thread/host.hpp>
#include <norn/model/thread/machine_ids.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn {

struct process_record;

class process {
 public:
  // A new process without threads. Requires: inside the body of a check. Not a scheduling point, but where
  // the machine can crash and an access of a ghost would be one (ghost.hpp).
  process(const host& on, std::string_view name);
  // On the machine of the running thread.
  explicit process(std::string_view name) : process(host::current(), name) {}

  // The process that the running thread belongs to. Not a scheduling point.
  static process current();

  // Whether a crash of its host kills it: of a host that may crash, every process but the body's own. Not a
  // scheduling point.
  bool ends_with_host() const;
  // Whether a crash, of its own or of its host, can end it. Not a scheduling point.
  bool can_be_killed() const;
  // Whether the body of the check runs in it.
  bool is_body_s_own() const { return id() == process_id(1); }

  process_id id() const;
  const std::string& name() const;
  host on() const;

  // Starts a thread in this process. A scheduling point.
  template <class F>
  thread spawn(std::string_view thread_name, F body,
               source_location where = source_location::current()) const {
    return thread(
        thread_name,
        [in = *this, body = std::move(body)]() mutable {
          in.adopt_this_thread();
          body();
        },
        where);
  }

  // The same for a symmetric group.
  template <class F>
  symmetric_group spawn_equal(std::string_view name, int count, F body,
                              source_location where = source_location::current()) const {
    return symmetric_group(
        name, count,
        [in = *this, body = std::move(body)](int i) mutable {
          in.adopt_this_thread();
          body(i);
        },
        where);
  }

  // Starts a thread in this process and waits for its end.
  template <class F>
  void run(std::string_view thread_name, F body,
           source_location where = source_location::current()) const {
    spawn(thread_name, std::move(body), where).join(where);
  }

  // The process' own T (local_parts.hpp); programs say process_local.
  template <class T>
  T& part(std::string_view part_name = {}) const {
    return parts().get<T>(part_name);
  }

  friend bool operator==(const process& a, const process& b) { return a.record_ == b.record_; }

 private:
  friend class faults;
  explicit process(process_record& r) : record_(&r) {}
  void adopt_this_thread() const;
  local_parts& parts() const;

  process_record* record_;
};

// A variable that each process has one of, as a global variable of the program would be. Two of the
// same type and name are the same variable.
//
//   norn::process_local<norn::shared<int>> cache{"cache"};
//   cache->store(1);  // that of the running thread's process
template <class T>
class process_local {
 public:
  explicit process_local(std::string_view name) : name_(name) {}

  // Not a scheduling point; made at first use. Requires: T is default constructible, its constructor
  // performs no operation, nor does its destructor.
  T& get() const { return process::current().part<T>(name_); }
  T& operator*() const { return get(); }
  T* operator->() const { return &get(); }

 private:
  std::string name_;
};

// Starts n processes of one thread each on the running thread's machine, calls body(0) … body(n-1)
// in them, and waits for all.
template <class F>
void run_processes(std::string_view name, int n, F body,
                   source_location where = source_location::current()) {
  std::vector<thread> threads;
  threads.reserve(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    const std::string each = std::string(name) + "/" + std::to_string(i);
    threads.push_back(process(each).spawn(
        each, [body, i]() mutable { body(i); }, where));
  }
  for (thread& each : threads) each.join(where);
}

}  // namespace norn
