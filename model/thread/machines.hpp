// Machines: the hosts and processes of one execution, and which thread belongs to which process.
#pragma once

#include <cstdint>
#include <deque>
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
  local_parts parts;
};

struct process::record {
  record(process_id id_, std::string name_, host::record& on_);

  process_id id;
  std::string name;
  host::record& on;
  local_parts parts;
};

class machines {
 public:
  machines();

  static machines& now();  // those of the execution that runs

  host::record& add_host(std::string_view name);
  process::record& add_process(host::record& on, std::string_view name);

  // Invariant: a thread never changes its process once it has been asked for.
  process::record& process_of(thread_id t);
  void assign(thread_id t, process::record& to);

 private:
  std::uint32_t next_number(thread_id creator);

  std::deque<host::record> hosts_;
  std::deque<process::record> processes_;
  std::vector<process::record*> process_of_thread_;
  std::vector<std::uint32_t> made_by_thread_;
};

}  // namespace norn
