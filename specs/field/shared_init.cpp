// shared_init: a client that finds out on first use which nodes of a cluster there are, as coredis has it. Two tasks
// find it out at once. README.md says what comes of it.
#include <chrono>
#include <memory>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/lock.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/property.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::field {

namespace {

using namespace std::chrono_literals;
using kit::actor;

struct parts_of_client {
  bool locks = true;
  bool looks_again = true;
  bool owned_by_first = false;  // what the first task made ends with it
};

class cluster_client {
 public:
  using parts = parts_of_client;

  cluster_client(const parts& how, kit::system&) : how_(how) {}

  void use() {
    const bool first = initialize();
    require("usable_by_all", initialized_ && !closed_, "a task uses a client that is not there");
    asyncio::sleep(first ? 1s : 2s);
    require("usable_by_all", !closed_, "a client is closed while a task uses it");
    if (first && how_.owned_by_first) closed_ = true;
  }

 private:
  // Whether this task did it.
  bool initialize() {
    if (initialized_) return false;
    const auto held =
        how_.locks ? std::make_unique<asyncio::lock_guard<asyncio::lock>>(lock_) : nullptr;
    if (how_.looks_again && initialized_) return false;
    require("initialized_once", ++begun_ == 1, "two tasks ask for the nodes");
    reachable_ = false;
    asyncio::sleep(1s);  // asks a node which others there are
    reachable_ = true;
    asyncio::sleep(1s);  // connects to them
    require("reachable_is_true", reachable_,
            "nodes have answered, and the client says that none did");
    initialized_ = true;
    return true;
  }

  parts how_;
  asyncio::lock lock_{"init_lock"};
  int begun_ = 0;
  bool reachable_ = false;
  bool initialized_ = false;
  bool closed_ = false;
};

// clang-format off
const kit::protocol<cluster_client> protocol{
    .name = "shared_init",
    .covers = {"alisaifee/coredis#106"},
    .setup = [](actor&) {},
    .work = [](cluster_client& c, actor& me) {
      if (me.number() > 0) asyncio::sleep(1ms);
      c.use();
    },
    .inspect = [](cluster_client&, actor&) {},
    .properties =
        {{"initialized_once", "the nodes are asked for once"},
         {"reachable_is_true", "who has been answered says so"},
         {"usable_by_all", "the client outlives the task that made it"}},
    .variants =
        {{"buggy", {.locks = false, .looks_again = false}},
         {"fixed"},
         {"no_recheck", {.looks_again = false}, {}, "sleep"},
         {"owned_by_first", {.owned_by_first = true}}},
    .verdicts = R"(
                1task  loop
buggy           holds  initialized_once reachable_is_true
fixed           holds  holds
no_recheck      holds  initialized_once
owned_by_first  holds  usable_by_all)",
    .guarantee = "{fixed}: the nodes are asked for once, in {deployments}."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::field
