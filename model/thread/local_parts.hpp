// Local parts: what a host or a process owns one of each kind of (a file system, a table of
// descriptors, a variable of the program). Made at first use, destroyed when the next execution
// begins.
//
// The objects that a part's constructor makes are named after the part and its owner, never after
// the thread that happened to come first: they are called the same in every interleaving.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <norn/model/thread/lost_in_crash.hpp>
#include <norn/scheduler/run/run_local.hpp>

namespace norn {

class local_parts {
 public:
  // `owner` names the owner among all hosts and processes of the execution.
  explicit local_parts(std::string owner) : owner_(std::move(owner)) {}
  local_parts(const local_parts&) = delete;
  local_parts& operator=(const local_parts&) = delete;

  // The part of this type and name. Requires: T is default constructible, and its constructor
  // performs no operation. Not a scheduling point.
  template <class T>
  T& get(std::string_view name = {}) {
    static const char type_key = 0;
    for (const part& each : parts_) {
      if (each.type == &type_key && each.name == name) return value_of<T>(*each.slot);
    }
    part& fresh = parts_.emplace_back(part{&type_key, std::string(name), nullptr});
    const std::string unique = std::string(typeid(T).name()) + '/' + fresh.name + '@' + owner_;
    fresh.slot = &engine::find_run_local(
        &fresh, unique.c_str(), +[]() -> std::unique_ptr<engine::run_local_slot> {
          return std::make_unique<engine::run_local_of<T>>();
        });
    T& value = value_of<T>(*fresh.slot);
    if constexpr (std::is_base_of_v<lost_in_crash, T>) {
      lost_in_crash_.emplace(unique, &value);
      if (mortal_) value.may_be_lost();
    }
    return value;
  }

  // The owner may crash from now on; how many states a crash may leave; the crash (lost_in_crash.hpp).
  void may_be_lost();
  // Requires of a crash: `outcomes` has just been called.
  std::uint32_t outcomes();
  void lose(engine::point& p, std::uint32_t outcome);

 private:
  struct part {
    const void* type;
    std::string name;
    engine::run_local_slot* slot;
  };

  template <class T>
  static T& value_of(engine::run_local_slot& slot) {
    return static_cast<engine::run_local_of<T>&>(slot).value;
  }

  std::string owner_;
  bool mortal_ = false;
  std::map<std::string, lost_in_crash*> lost_in_crash_;  // in an order that no interleaving changes
  std::vector<std::uint32_t> outcomes_;                  // of each, as counted last
  std::deque<part> parts_;  // their addresses are the keys of what they stand for
};

}  // namespace norn
