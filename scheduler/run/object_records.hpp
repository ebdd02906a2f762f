// Object records: what the runner knows of the objects of an execution, by slot. Names and words are in the execution
// (object_table.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

class object_records {
 public:
  // Who uses an object: the first that did, or one of these.
  static constexpr std::uint32_t anyone = UINT32_MAX;  // it is not in the memory of one process
  static constexpr std::uint32_t unused = UINT32_MAX - 1;

  void clear() {
    records_.clear();
    places_.clear();
    users_.clear();
  }
  // `place`: where the object is in memory; null for one of the scheduler's own. `label`: of narrated executions.
  void add(const char* type, std::string label, const void* place, std::uint32_t process = anyone) {
    records_.push_back({type, std::move(label)});
    places_.push_back(place);
    users_.push_back({process, no_thread});
  }
  void remove(object_slot o) { places_[index_of(o)] = nullptr; }
  bool alive(object_slot o, const void* place) const {
    return index_of(o) < places_.size() && places_[index_of(o)] == place;
  }

  bool is_used_by(object_slot o, std::uint32_t process) const {
    const std::uint32_t user = users_[index_of(o)].process;
    return user == process || user == anyone;
  }
  // False if another process uses it.
  bool use(object_slot o, thread_id t, std::uint32_t process) {
    first_use& first = users_[index_of(o)];
    if (first.process == unused) first = {process, t};
    return is_used_by(o, process);
  }
  thread_id user_of(object_slot o) const { return users_[index_of(o)].thread; }

  // For a reader: its label or, where it has none, its type.
  std::string name_of(object_slot o) const {
    const record& r = records_[index_of(o)];
    return r.label.empty() ? std::string(r.type) : r.label;
  }
  const char* type_of(object_slot o) const { return records_[index_of(o)].type; }

 private:
  struct record {
    const char* type = "";
    std::string label;
  };

  struct first_use {
    std::uint32_t process = anyone;
    thread_id thread = no_thread;  // the first of that process
  };

  std::vector<record> records_;
  std::vector<const void*> places_;  // null of those that have none any more
  std::vector<first_use> users_;
};

}  // namespace norn::engine
