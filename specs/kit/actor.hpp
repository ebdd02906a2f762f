// Actor: a client of a protocol in some process, with what it works by. In the model it is one thread of a
// deployment, and what it did is recorded; on a real system nobody watches.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <norn/specs/kit/deployment.hpp>
#include <norn/specs/kit/history.hpp>
#include <norn/specs/kit/system.hpp>

namespace norn::kit {

class actor {
 public:
  // Requires: where it is watched, that no other thread runs yet.
  actor(std::string name, int number, const deployment& in, system& calls, history* watched)
      : name_(std::move(name)),
        number_(number),
        in_(&in),
        calls_(&calls),
        watched_(watched),
        events_(watched == nullptr ? &unwatched_ : &watched->begin_actor()) {}
  actor(const actor&) = delete;
  actor& operator=(const actor&) = delete;

  const std::string& name() const { return name_; }  // of the thread: `writer/0`
  int number() const { return number_; }             // of all that do the protocol's work, from 0
  const deployment& in() const { return *in_; }
  system& calls() const { return *calls_; }

  // Records an event of the step just executed.
  void did(const std::string& what, const std::string& value, const std::string& detail = {}) {
    event e{name_, what, value, detail};
    if (watched_ != nullptr) {
      watched_->record(*events_, std::move(e));
    } else {
      unwatched_.push_back(std::move(e));
    }
  }

  // What is noted is in one order, whoever notes it. Where nobody watches, everything counts as noted.
  void note(const std::string& value) {
    if (watched_ != nullptr) watched_->note(value);
  }
  bool noted(const std::string& value) const {
    return watched_ == nullptr || watched_->has_noted(value);
  }

  // What it did where nobody watches.
  const std::vector<event>& unwatched() const { return unwatched_; }

 private:
  std::string name_;
  int number_;
  const deployment* in_;
  system* calls_;
  history* watched_;
  std::vector<event> unwatched_;
  std::vector<event>* events_;
};

}  // namespace norn::kit
