// Spec: a protocol with its types erased, as the kit runs it (protocol.hpp is what is written).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <norn/model/thread/faults.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/specs/kit/actor.hpp>
#include <norn/specs/kit/deployment.hpp>
#include <norn/specs/kit/property.hpp>

namespace norn::kit {

// What the actors of one process share.
using service = std::shared_ptr<void>;
using action = std::function<void(const service&, actor&)>;
// What the environment may do to the machine.
using environment = void (*)(faults&, const host&);

struct spec {
  struct modifier {
    std::string name;
    std::string sentence;
    std::string role;  // of a thread that the first process has besides; empty: none
    action does;
    environment strikes;
  };
  struct variant {
    std::string name;
    std::function<service(system&)> make;
    std::vector<std::string> covers;
    std::string differs;
    std::string of;
  };
  struct limit {
    std::string search;  // `buggy@10thread`
    bounds at;
  };

  std::string name;
  std::vector<std::string> covers;
  void (*setup)(actor&);
  action work;
  action inspect;
  std::vector<modifier> modifiers;
  std::vector<property> properties;
  std::vector<variant> variants;
  std::vector<limit> limits;
  std::string verdicts;
  std::string guarantee;

  // Null where there is none.
  const variant* variant_named(const std::string& wanted) const;
};

// The actors of a deployment, apart from where they run.
struct cast {
  struct part {
    int process;
    std::string name;  // of the thread
    int number;
    const action* does;
  };
  std::vector<part> parts;  // in the order in which their threads start
};
cast cast_of(const spec& p, const deployment& d);

// One execution of a variant in a deployment, in the model: the body of a check. Actors that work call `calls`, and so
// does the actor who comes after a crash, for the inspection, too. Setup, and the inspection without a crash, call the
// model's own. `told` is called when everybody has ended, before the last decision.
void run(
    const spec& p, const spec::variant& v, const deployment& d, system& calls = model_system(),
    const std::function<void(const history&)>& told = [](const history&) {});

// Registers a search for each cell of the matrix. What is wrong with the protocol is told by `registered_searches`.
void add(spec p);

// Every protocol that was added.
const std::vector<std::shared_ptr<const spec>>& registered_specs();

}  // namespace norn::kit
