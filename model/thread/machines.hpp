// Machines: the hosts and processes of one execution, and which thread belongs to which process.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <norn/model/thread/host.hpp>
#include <norn/model/thread/local_parts.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/base/ids.hpp>

namespace norn {

struct host::record {
  record(host_id id_, std::string name_);

  host_id id;
  std::string name;
  std::unique_ptr<engine::object> power;  // where it may crash
  local_parts parts;
};

struct process::record {
  record(process_id id_, std::string name_, host::record& on_);

  process_id id;
  std::string name;
  host::record& on;
  bool has_threads = false;
  bool ends_with_host = false;
  std::unique_ptr<engine::object> lifeline;  // where it may crash: of its threads
  local_parts parts;
};

class machines {
 public:
  machines();

  static machines& now();  // those of the execution that runs

  host::record& add_host(std::string_view name);
  process::record& add_process(host::record& on, std::string_view name);

  // From now on the process may crash, or the host, with every process that is on it or will be. Misuse
  // where one of these has threads already, or would be the body's own alone.
  void make_mortal(process::record& p);
  void make_mortal(host::record& h);
  std::vector<process::record*> processes_on(const host::record& h);

  // Invariant: a thread never changes its process once it has been asked for.
  process::record& process_of(engine::thread_id t);
  void assign(engine::thread_id t, process::record& to);

 private:
  bool is_body_s_own(const process::record& p) const { return &p == &processes_.front(); }
  void end_with_host(process::record& p);
  std::uint32_t next_number(engine::thread_id creator);

  std::deque<host::record> hosts_;
  std::deque<process::record> processes_;
  std::vector<process::record*> process_of_thread_;
  std::vector<std::uint32_t> made_by_thread_;
};

}  // namespace norn
