// Host: a machine. It owns what outlives its processes: files, and later ports and clocks. Every
// execution has one host from the start; others are made by declaring them.
//
// A `host` value only refers to the machine, which lives until the execution ends.
#pragma once

#include <string>
#include <string_view>

#include <norn/model/thread/local_parts.hpp>
#include <norn/model/thread/machine_ids.hpp>

namespace norn {

struct host_record;

class host {
 public:
  // A new machine with nothing on it. Requires: inside the body of a check. Not a scheduling point.
  explicit host(std::string_view name);

  // The machine that the running thread's process is on. Not a scheduling point.
  static host current();
  // The machine that the body of the check runs on. Not a scheduling point.
  static host of_body();

  host_id id() const;
  const std::string& name() const;

  // The machine's own T (local_parts.hpp); for models, not for programs.
  template <class T>
  T& part(std::string_view part_name = {}) const {
    return parts().get<T>(part_name);
  }

  friend bool operator==(const host& a, const host& b) { return a.record_ == b.record_; }

 private:
  friend class faults;
  friend class process;
  explicit host(host_record& r) : record_(&r) {}
  local_parts& parts() const;

  host_record* record_;
};

}  // namespace norn
