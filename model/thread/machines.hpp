// Machines: the hosts and processes of one execution, and which thread belongs to which process.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <norn/model/thread/local_parts.hpp>
#include <norn/model/thread/machine_ids.hpp>
#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn {

struct host_record {
  host_record(host_id id_, std::string name_);

  host_id id;
  std::string name;
  std::unique_ptr<engine::object> power;  // where it may crash
  local_parts parts;
};

struct process_record {
  process_record(process_id id_, std::string name_, host_record& on_);

  process_id id;
  std::string name;
  host_record& on;
  bool has_threads = false;
  bool ends_with_host = false;
  std::unique_ptr<engine::object> lifeline;  // where it may crash: of its threads
  local_parts parts;
};

class machines {
 public:
  machines();

  static machines& now();  // those of the execution that runs

  host_record& add_host(std::string_view name);
  process_record& add_process(host_record& on, std::string_view name);

  // From now on the process may crash, or the host, with every process that is on it or will be. Misuse
  // where one of these has threads already, or would be the body's own alone.
  void make_mortal(process_record& p);
  void make_mortal(host_record& h);
  std::vector<process_record*> processes_on(const host_record& h);

  // Invariant: a thread never changes its process once it has been asked for.
  process_record& process_of(engine::thread_id t);
  void assign(engine::thread_id t, process_record& to);

 private:
  bool is_body_s_own(const process_record& p) const { return &p == &processes_.front(); }
  void end_with_host(process_record& p);
  std::uint32_t next_number(engine::thread_id creator);

  std::deque<host_record> hosts_;
  std::deque<process_record> processes_;
  std::vector<process_record*> process_of_thread_;
  std::vector<std::uint32_t> made_by_thread_;
};

}  // namespace norn
