// Object records: what the runner knows of the objects of an execution, by slot. Names and words are in the execution
// (object_table.hpp).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <norn/scheduler/base/ids.hpp>

namespace norn::engine {

class object_records {
 public:
  void clear() {
    records_.clear();
    places_.clear();
  }
  // `place`: where the object is in memory; null for one of the scheduler's own. `label`: of narrated executions.
  void add(const char* type, std::string label, const void* place) {
    records_.push_back({type, std::move(label)});
    places_.push_back(place);
  }
  void remove(object_slot o) { places_[index_of(o)] = nullptr; }
  bool alive(object_slot o, const void* place) const {
    return index_of(o) < places_.size() && places_[index_of(o)] == place;
  }

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

  std::vector<record> records_;
  std::vector<const void*> places_;  // null of those that have none any more
};

}  // namespace norn::engine
